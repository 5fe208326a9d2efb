/** Does a condition hold for all elements? If not, for which is it the first that it does not? */
import { ElementError } from "../../errors.ts";
import { allocate } from "../../memory/storage.ts";
import { sizeOf, type View } from "../../view.ts";
import { address, beginOperation, bytes } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
import { contiguousLike } from "../reduce/contiguous.ts";
import type { Formula } from "./algebra.ts";
import { pointwise } from "./pointwise.ts";

/** Element number `i` of `x` in row-major order, and its number in `whole`, which repeats `x` where that has size 1. */
export function elementAt(
  { storage, offset, sizes, strides, dtype }: View,
  i: number,
  whole: View,
): { readonly position: number; readonly value: number | bigint } {
  let [at, rest, position, step] = [offset, i, 0, 1];
  for (let d = sizes.length - 1; d >= 0; d--) {
    const place = rest % sizes[d]!;
    at += place * strides[d]!;
    position += place * step;
    rest = Math.floor(rest / sizes[d]!);
    step *= whole.sizes[d]!;
  }
  const isLong = dtype === "int64";
  const one: View = {
    storage: allocate(8, "check"),
    offset: 0,
    sizes: [],
    strides: [],
    dtype: isLong ? dtype : "float64",
  };
  copy({ storage, offset: at, sizes: [], strides: [], dtype }, one);
  beginOperation();
  const data = new DataView(bytes().buffer, address(one));
  const value = isLong ? data.getBigInt64(0, true) : data.getFloat64(0, true);
  one.storage.release();
  return { position, value };
}

/** As `Device.check` says. */
export function check(holds: Formula, x: View, numbers: readonly number[] = []): void {
  const n = sizeOf(x.sizes);
  if (n === 0) return;
  const flags = contiguousLike({ ...x, dtype: "bool" });
  pointwise(holds, [x, ...numbers], flags, x.dtype);
  beginOperation();
  const from = address(flags);
  const at = bytes()
    .subarray(from, from + n)
    .indexOf(0);
  flags.storage.release();
  if (at < 0) return;
  const { position, value } = elementAt(x, at, x);
  throw new ElementError(`check: ${value} does not hold at ${position}`, position, value);
}
