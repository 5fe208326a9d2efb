/** Whole numbers, Bernoulli trials and permutations, from draws that lie in scratch. */

import { type DType, itemSize } from "../../dtype.ts";
import {
  type Builder,
  f32,
  f64,
  i32,
  i64,
  type Kernel,
  kernel,
  pointer,
  type Value,
} from "../../wasm/assembler/index.ts";
import { unit64 } from "./uniform.ts";

const storeInteger = (f: Builder, dtype: DType, at: Value<"i32">, x: Value<"i64">): void => {
  if (dtype === "int64") f.store(at, 0, x);
  else if (dtype === "int32") f.store(at, 0, i32.wrap(x));
  else if (dtype === "uint8") f.storeNarrow(1, at, 0, i32.wrap(x));
  else if (dtype === "bool") f.storeNarrow(1, at, 0, i64.ne(x, 0));
  else if (dtype === "float32") f.store(at, 0, f32.convertI64(x));
  else if (dtype === "float64") f.store(at, 0, f64.convertI64(x));
  else throw new TypeError(`randomIntegers: need a whole-number dtype, bool, float32 or float64; got ${dtype}.`);
};

/** draw modulo range + low, from one draw of 32 bits or of 64. */
export const integersOf = (dtype: DType, isLong: boolean): Kernel =>
  kernel({ words: pointer, out: pointer, count: i32, low: f64, range: f64 }, (f, { words, out, count, low, range }) => {
    const [base, wide] = [f.let(i64.truncF64(low)), f.let(i64.truncF64(range))];
    const narrow = f.let(i32.wrap(wide));
    f.repeat(count, () => {
      const drawn = isLong
        ? i64.remUnsigned(i64.rotateLeft(i64.load(words), 32), wide)
        : i64.extend(i32.remUnsigned(i32.load(words), narrow));
      storeInteger(f, dtype, out, i64.add(drawn, base));
      words.advance(isLong ? 8 : 4);
      out.advance(itemSize(dtype));
    });
  });

/** The bits of 1. */
const ones: Readonly<Partial<Record<DType, number>>> = { float16: 0x3c00, bfloat16: 0x3f80, float32: 0x3f800000 };

/** 1 where the low 53 bits of 64 are below p, else 0. */
export const bernoulliOf = (dtype: DType): Kernel =>
  kernel({ words: pointer, out: pointer, count: i32, p: f64 }, (f, { words, out, count, p }) => {
    const size = itemSize(dtype);
    f.repeat(count, () => {
      const hit = f64.lt(unit64(words), p);
      if (dtype === "float64") f.store(out, 0, f64.convertI32(hit));
      else if (size === 8) f.store(out, 0, i64.extend(hit));
      else {
        const bits = i32.mul(hit, ones[dtype] ?? 1);
        if (size === 4) f.store(out, 0, bits);
        else f.storeNarrow(size === 2 ? 2 : 1, out, 0, bits);
      }
      words.advance(8);
      out.advance(size);
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
