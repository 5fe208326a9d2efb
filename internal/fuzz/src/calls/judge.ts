/** Is an answer one that a user may get? Errors are ours; tensors are whole, written, and inside of their memory. */
import { grad, isGradEnabled } from "@ag/autograd";
import { checkMemory, itemSize, IndexError as KernelIndexError } from "@ag/kernels";
import * as models from "@ag/models";
import * as files from "@ag/serialization";
import * as ag from "@ag/tensor";
import { ones, scope, type Tensor, tensor } from "@ag/tensor";
import type { Random } from "../random.ts";
import { isDisposed, tensorsIn } from "./held.ts";

/** The errors that users are promised. */
const ours: readonly (new (...args: never[]) => Error)[] = [
  ag.ShapeError,
  ag.DTypeError,
  ag.ValueError,
  ag.IndexError,
  ag.GradError,
  ag.OutOfMemoryError,
  ag.DeviceError,
  ag.DisposedError,
  KernelIndexError,
  files.FormatError,
  models.DownloadError,
];

/** In words, what is wrong with an error; null when it is one of ours. */
export function notOurs(error: unknown): string | null {
  if (ours.some((Class) => error instanceof Class)) return null;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return `${error.constructor.name}: ${error.message.split("\n")[0]}`;
}

const MOST = 2 ** 16; // elements that are looked at
const GUARD = 0xa5a5a5a5;

/** Bits that no kernel writes: fresh memory, and what lies behind a block. */
function strayBits({ dtype }: Tensor, bytes: Uint8Array<ArrayBuffer>): string | null {
  if (dtype === "float16" || dtype === "bfloat16")
    return new Uint16Array(bytes.buffer).includes(0xffff) ? "an element that was never written" : null;
  if (itemSize(dtype) < 4) return null;
  const words = new Uint32Array(bytes.buffer);
  if (words.includes(GUARD)) return "an element from behind its memory";
  const isUnwritten =
    dtype === "float64"
      ? new BigUint64Array(bytes.buffer).includes(2n ** 64n - 1n)
      : dtype === "float32" && words.includes(0xffffffff);
  return isUnwritten ? "an element that was never written" : null;
}

const isSize = (n: number): boolean => Number.isInteger(n) && n >= 0;

function unsoundTensor(x: Tensor, blank: boolean): string | null {
  if (isDisposed(x)) return null;
  const { shape, strides, offset } = x;
  if (!shape.every(isSize) || !strides.every(isSize) || !isSize(offset) || shape.length !== strides.length)
    return `shape [${shape.join()}], strides [${strides.join()}], offset ${offset}`;
  const isEmpty = shape.includes(0);
  const end = shape.reduce((sum, size, d) => sum + (size - 1) * strides[d]!, offset + 1);
  if (!isEmpty && end * itemSize(x.dtype) > x.storage.bytes) return `${end} elements in ${x.storage.bytes} bytes`;
  if (x.numel() > MOST) return null;
  const bytes = x.rawBytes();
  return blank ? null : strayBits(x, bytes);
}

/** What is wrong with a value, in words. */
export function unsound(value: unknown, blank: boolean): string | null {
  if (Number.isNaN(value) && !blank) return "NaN";
  for (const x of tensorsIn(value)) {
    const wrong = unsoundTensor(x, blank);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** Differentiates what is tracked, often twice. Throws what the library throws. */
export function differentiate(args: unknown, value: unknown, random: Random): void {
  const outputs = [...tensorsIn(value)].filter((x) => x.requiresGrad && x.numel() <= MOST);
  const leaves = [...tensorsIn(args)].filter((x) => x.isLeaf && x.requiresGrad);
  if (outputs.length === 0 || leaves.length === 0) return;
  const createGraph = random.chance(0.5);
  const gradOutputs = outputs.map((x) => ones(x.shape, { dtype: x.dtype }));
  const found = grad(outputs, leaves, { gradOutputs, createGraph, allowUnused: true });
  const slopes = found.filter((x) => x?.requiresGrad);
  if (slopes.length > 0)
    grad(
      slopes.map((x) => x!.sum()),
      leaves,
      { allowUnused: true },
    );
}

/** A small computation, its gradients included, as text. */
export function probe(): string {
  using _ = scope();
  const x = tensor(
    [
      [0.5, -1],
      [2, 0.25],
    ],
    { requiresGrad: true },
  );
  const y = x.mm(x.t()).exp().add(1.5).log().softmax(1).at(0);
  y.mul(tensor([1, 2]))
    .sum()
    .backward();
  const wide = x.detach().expand(40, 2, 2).reshape(-1).cumsum(0).sum();
  return [...y.detach().data(), ...x.grad!.data(), wide.item()].join();
}

let expected: string | undefined;

/** Whether the library still works; in words, if not. */
export function broken(): string | null {
  if (!isGradEnabled()) return "recording is off";
  try {
    checkMemory();
    expected ??= probe();
    const got = probe();
    return got === expected ? null : `a known computation gives ${got}`;
  } catch (error) {
    return `a known computation throws ${String(error)}`;
  }
}
