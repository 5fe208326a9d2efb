/** Does a condition hold for all elements? If not, for which is it the first that it does not? */
import { ElementError } from "../../errors.ts";
import { sizeOf, type View } from "../../view.ts";
import { address, beginOperation, bytes } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
import { contiguousLike } from "../reduce/contiguous.ts";
import type { Formula } from "./algebra.ts";
import { pointwise } from "./pointwise.ts";

/** Throws the error about element number `i`, in row-major order. */
export function refuse(x: View, i: number, why: (value: number | bigint) => string): never {
  let [offset, rest] = [x.offset, i];
  for (let d = x.sizes.length - 1; d >= 0; d--) {
    offset += (rest % x.sizes[d]!) * x.strides[d]!;
    rest = Math.floor(rest / x.sizes[d]!);
  }
  const alone = { ...x, offset, sizes: [], strides: [] };
  const one = contiguousLike({ sizes: [], dtype: x.dtype === "int64" ? "int64" : "float64" });
  copy(alone, one);
  beginOperation();
  const data = new DataView(bytes().buffer, address(one));
  const value = x.dtype === "int64" ? data.getBigInt64(0, true) : data.getFloat64(0, true);
  one.storage.release();
  throw new ElementError(why(value), i, value);
}

/** As `Device.check` says. */
export function check(holds: Formula, x: View, numbers: readonly number[] = []): void {
  const n = sizeOf(x.sizes);
  if (n === 0) return;
  const flags = contiguousLike({ sizes: x.sizes, dtype: "bool" });
  pointwise(holds, [x, ...numbers], flags, x.dtype);
  beginOperation();
  const from = address(flags);
  const at = bytes()
    .subarray(from, from + n)
    .indexOf(0);
  flags.storage.release();
  if (at >= 0) refuse(x, at, (value) => `check: the condition does not hold for ${value}`);
}
