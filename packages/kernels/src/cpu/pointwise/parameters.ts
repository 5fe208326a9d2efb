/** How do numbers reach a kernel? They are written to memory as one element of the dtype, and read as a tensor of one element is. */
import type { DType } from "../../dtype.ts";
import { bytes } from "../../wasm/runtime.ts";

let seen: Uint8Array | null = null;
let float32: Float32Array = new Float32Array(0);
let float64: Float64Array = new Float64Array(0);
let int32: Int32Array = new Int32Array(0);
let int64: BigInt64Array = new BigInt64Array(0);

function refresh(): void {
  const now = bytes();
  if (now === seen) return;
  seen = now;
  float32 = new Float32Array(now.buffer);
  float64 = new Float64Array(now.buffer);
  int32 = new Int32Array(now.buffer);
  int64 = new BigInt64Array(now.buffer);
}

/** Whole dtypes: towards zero, modulo their range. */
const toBigInt = (x: number | bigint): bigint =>
  typeof x === "bigint" ? x : BigInt(Number.isFinite(x) ? Math.trunc(x) : 0);

/** Writes `x`, converted to the dtype, at an address that is a multiple of 8. */
export function writeParameter(at: number, x: number | bigint, dtype: DType): void {
  refresh();
  switch (dtype) {
    case "float32":
      float32[at / 4] = Number(x);
      return;
    case "float64":
      float64[at / 8] = Number(x);
      return;
    case "int64":
      int64[at / 8] = toBigInt(x);
      return;
    case "int32":
      int32[at / 4] = Number(BigInt.asIntN(32, toBigInt(x)));
      return;
    case "uint8":
      (seen as Uint8Array)[at] = Number(BigInt.asUintN(8, toBigInt(x)));
      return;
    case "bool":
      (seen as Uint8Array)[at] = Number(x) === 0 ? 0 : 1;
      return;
    default:
      throw new TypeError(`pointwise: need a dtype to compute with; got ${dtype}, which is storage only.`);
  }
}
