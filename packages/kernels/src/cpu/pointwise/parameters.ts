/** How do numbers reach a kernel? They are written to memory as one element of the dtype, and read as a tensor of one element is. */
import { checkComputes, type DType } from "../../dtype.ts";
import { bytes } from "../../wasm/runtime.ts";

let seen: Uint8Array | null = null;
let float32: Float32Array = new Float32Array(0);
let float64: Float64Array = new Float64Array(0);
let int64: BigInt64Array = new BigInt64Array(0);

function refresh(): void {
  const now = bytes();
  if (now === seen) return;
  seen = now;
  float32 = new Float32Array(now.buffer);
  float64 = new Float64Array(now.buffer);
  int64 = new BigInt64Array(now.buffer);
}

/** Whole dtypes: towards zero, modulo their range. */
const toBigInt = (x: number | bigint): bigint =>
  typeof x === "bigint" ? x : BigInt(Number.isFinite(x) ? Math.trunc(x) : 0);

/** Writes `x`, converted to the dtype, to eight bytes at an address that is a multiple of 8. */
export function writeParameter(at: number, x: number | bigint, dtype: DType): void {
  refresh();
  checkComputes("pointwise", dtype);
  if (dtype === "float32") float32[at / 4] = Number(x);
  else if (dtype === "float64") float64[at / 8] = Number(x);
  else if (dtype === "bool") (seen as Uint8Array)[at] = Number(x) === 0 ? 0 : 1;
  else int64[at / 8] = toBigInt(x); // its first bytes are those of a shorter number
}
