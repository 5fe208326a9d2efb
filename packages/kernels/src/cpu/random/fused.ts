/**
 * How is a·b + c rounded once where there is no instruction for it? The product of two float32 is exact in float64; the
 * sum is rounded to float64, then to float32. The two roundings together are wrong only if the first ends half-way
 * between two float32. `checked` notes that, `exact` cannot go wrong: its first rounding is to odd (Boldo & Melquiond 2008).
 */
import {
  type Builder,
  f32x4,
  f64,
  f64x2,
  i32,
  i64,
  i64x2,
  type Kernel,
  kernel,
  type Local,
  relaxedMultiplyAdd,
  select,
  shuffle,
  type Value,
} from "../../wasm/assembler/index.ts";

type Single = Value<"f32x4">;
type Double = Value<"f64x2">;

/** Four float32 with fused multiply-add; `L` is how they are held in between. */
export interface Fusion<L> {
  of(x: Single): L;
  constant(x: number): L;
  multiplyAdd(a: L, b: L, c: L): L;
  value(x: L): Single;
}

/** Two float32: in lanes 0 and 1, and as float64. */
interface Half {
  readonly single: Single;
  readonly double: Double;
}
export type Halves = readonly [Half, Half];

function emulated(f: Builder, add: (product: Double, c: Double) => Double): Fusion<Halves> {
  const half = (single: Single): Half => ({ single, double: f.let(f64x2.promoteLow(single)) });
  const fused = (a: Half, b: Half, c: Half): Half => {
    const single = f.let(f32x4.demoteZero(add(f64x2.mul(a.double, b.double), c.double)));
    return { single, double: f64x2.promoteLow(single) }; // read once, by the next step of a polynomial
  };
  return {
    of: (x) => {
      const single = f.let(x);
      return [half(single), half(f.let(shuffle(single, single, [2, 3, 2, 3])))];
    },
    constant: (x) => {
      const half = { single: f32x4.of(x), double: f64x2.of(Math.fround(x)) };
      return [half, half];
    },
    multiplyAdd: ([a, aa], [b, bb], [c, cc]) => [fused(a, b, c), fused(aa, bb, cc)],
    value: ([low, high]) => shuffle(low.single, high.single, [0, 1, 4, 5]),
  };
}

/** Right unless `doubt` has a bit set afterwards. For results that are zero or not subnormal. */
export const checked = (f: Builder, doubt: Local<"i64x2">): Fusion<Halves> =>
  emulated(f, (product, c) => {
    const sum = f.let(f64x2.add(product, c));
    const isHalfway = i64x2.eq(i64x2.and(i64x2.bits(sum), 0x1fffffff), 0x10000000);
    doubt.set(i64x2.or(doubt, isHalfway));
    return sum;
  });

export const exact = (f: Builder): Fusion<Halves> =>
  emulated(f, (x, c) => {
    const product = f.let(x);
    const sum = f.let(f64x2.add(product, c));
    const part = f.let(f64x2.sub(sum, product));
    const lost = f.let(f64x2.add(f64x2.sub(product, f64x2.sub(sum, part)), f64x2.sub(c, part)));
    const bits = f.let(i64x2.bits(sum));
    const towards = i64x2.or(i64x2.shiftRight(i64x2.xor(i64x2.bits(lost), bits), 63), 1);
    const isEven = i64x2.eq(i64x2.and(bits, 1), 0);
    const mustMove = i64x2.and(isEven, f64x2.ne(lost, 0));
    return f64x2.fromBits(i64x2.add(bits, i64x2.and(towards, mustMove)));
  });

/** The engine's own instruction; only where `isFused` says so. */
export const native: Fusion<Single> = {
  of: (x) => x,
  constant: (x) => f32x4.of(x),
  multiplyAdd: (a, b, c) => relaxedMultiplyAdd(a, b, c),
  value: (x) => x,
};

/** Which of the three. */
export type Rounding = "checked" | "exact" | "native";

type F64 = Value<"f64">;

/** The rounding error of a + b = sum (Knuth). */
const lostBy = (f: Builder, a: F64, b: F64, sum: F64): Local<"f64"> => {
  const part = f.let(f64.sub(sum, a));
  return f.let(f64.add(f64.sub(a, f64.sub(sum, part)), f64.sub(b, part)));
};

/** a + b rounded to odd. */
const addToOdd = (f: Builder, a: F64, b: F64): F64 => {
  const sum = f.let(f64.add(a, b));
  const lost = lostBy(f, a, b, sum);
  const bits = f.let(i64.bits(sum));
  const towards = i64.or(i64.shiftRight(i64.xor(i64.bits(lost), bits), 63), 1);
  const mustMove = i32.and(f64.ne(lost, 0), i64.isZero(i64.and(bits, 1)));
  return f64.fromBits(i64.add(bits, select(mustMove, towards, i64.of(0))));
};

/** a·b + c in float64, rounded once, for sizes between 2⁻⁴⁵⁰ and 2⁴⁵⁰ or zero. Product in two parts: Dekker 1971. */
export const fusedFloat64: Kernel = kernel(
  { a: f64, b: f64, c: f64 },
  (f, { a, b, c }) => {
    const high = (x: F64): Local<"f64"> => {
      const scaled = f.let(f64.mul(x, 2 ** 27 + 1));
      return f.let(f64.sub(scaled, f64.sub(scaled, x)));
    };
    const [ah, bh] = [high(a), high(b)];
    const [al, bl] = [f.let(f64.sub(a, ah)), f.let(f64.sub(b, bh))];
    const product = f.let(f64.mul(a, b));
    const crossed = f64.add(f64.add(f64.sub(f64.mul(ah, bh), product), f64.mul(ah, bl)), f64.mul(al, bh));
    const rest = f.let(f64.add(crossed, f64.mul(al, bl)));
    const low = f.let(f64.add(c, rest));
    const lowLost = lostBy(f, c, rest, low);
    const sum = f.let(f64.add(product, low));
    const sumLost = lostBy(f, product, low, sum);
    f.return(f64.add(sum, addToOdd(f, lowLost, sumLost)));
  },
  f64,
);
