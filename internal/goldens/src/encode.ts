/** How do samples travel to Python? As JSON; tensors as the bytes of their whole storage and where they look. */
import { itemSize } from "@ag/kernels";
import { type DType, Tensor } from "@ag/tensor";
import { tensorBeside } from "@ag/tensor/internal";

export interface EncodedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Base64 of the storage, little-endian. */
  readonly bytes: string;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

export function encodeTensor(x: Tensor): EncodedTensor {
  const whole = tensorBeside(x.detach(), [x.storage.bytes / itemSize(x.dtype)], [1], 0);
  const { dtype, shape, strides, offset } = x;
  return { dtype, shape, strides, offset, bytes: base64(whole.rawBytes()) };
}

/** An argument: `{ tensor }`, `{ list }`, `{ number }` (JSON has no NaN), `{ options }`, `{ slice }` or a plain value. */
export function encode(x: unknown): unknown {
  if (x instanceof Tensor) return { tensor: encodeTensor(x) };
  if (Array.isArray(x)) return { list: x.map(encode) };
  if (typeof x === "bigint") return { integer: x.toString() };
  if (typeof x === "number") return Number.isSafeInteger(x) ? { integer: x.toString() } : { number: x.toString() };
  if (typeof x === "object" && x !== null)
    return { options: Object.fromEntries(Object.entries(x).map(([key, value]) => [key, encode(value)])) };
  return x;
}
