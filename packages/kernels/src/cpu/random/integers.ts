/** Whole numbers, Bernoulli trials and permutations, from draws that lie in scratch. */

import { type DType, itemSize } from "../../dtype.ts";
import { f64, i32, i64, type Kernel, kernel, pointer } from "../../wasm/assembler/index.ts";
import { convertElement, storeElement } from "../copy/element.ts";
import { unit64 } from "./uniform.ts";

/** draw modulo range + low, from one draw of 32 bits or of 64. */
export const integersOf = (dtype: DType, isLong: boolean): Kernel =>
  kernel({ words: pointer, out: pointer, count: i32, low: f64, range: f64 }, (f, { words, out, count, low, range }) => {
    const [base, wide] = [f.let(i64.truncF64(low)), f.let(i64.truncF64(range))];
    const narrow = f.let(i32.wrap(wide));
    f.repeat(count, () => {
      const drawn = isLong
        ? i64.remUnsigned(i64.rotateLeft(i64.load(words), 32), wide)
        : i64.extend(i32.remUnsigned(i32.load(words), narrow));
      storeElement(f, dtype, out, convertElement(f, i64.add(drawn, base), "int64", dtype));
      words.advance(isLong ? 8 : 4);
      out.advance(itemSize(dtype));
    });
  });

/** 1 where the low 53 bits of 64 are below p, else 0. */
export const bernoulliOf = (dtype: DType): Kernel =>
  kernel({ words: pointer, out: pointer, count: i32, p: f64 }, (f, { words, out, count, p }) => {
    f.repeat(count, () => {
      storeElement(f, dtype, out, convertElement(f, f64.lt(unit64(words), p), "bool", dtype));
      words.advance(8);
      out.advance(itemSize(dtype));
    });
  });

/** Goes on with the shuffle (Fisher and Yates, forwards) at `out`, before which all is settled; `left` elements are there. */
export const shuffle: Kernel = kernel(
  { words: pointer, out: pointer, count: i32, left: i32 },
  (f, { words, out, count, left }) => {
    f.repeat(count, () => {
      const other = f.let(i32.add(out, i32.mul(i32.remUnsigned(i32.load(words), left), 8)));
      const kept = f.let(i64.load(out));
      f.store(out, 0, i64.load(other));
      f.store(other, 0, kept);
      words.advance(4);
      out.advance(8);
      left.set(i32.sub(left, 1));
    });
  },
);
