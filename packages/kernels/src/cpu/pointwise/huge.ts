/**
 * How is a huge number reduced by π/2? (Payne & Hanek 1983.) x = M·2ᵉ with a whole M of 53 bits; the product with 2/π is
 * needed modulo 4 only, so of the bits of 2/π those before place e − 2 do not count, and 192 bits from there suffice
 * for every float64: the 128 highest of the product hold the quadrant and at least 60 good bits of the rest.
 */
import {
  type Builder,
  f64,
  i32,
  i64,
  type Kernel,
  kernel,
  type Local,
  select,
  type Value,
} from "../../wasm/assembler/index.ts";

/** 64 zeros, then 2/π after the point. */
const twoOverPi = [
  0n,
  0xa2f9836e4e441529n,
  0xfc2757d1f534ddc0n,
  0xdb6295993c439041n,
  0xfe5163abdebbc561n,
  0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn,
  0xfe1deb1cb129a73en,
  0xe88235f52ebb4484n,
  0xe99c7026b45f7e41n,
  0x3991d639835339f4n,
  0x9c845f8bbdf9283bn,
  0x1ff897ffde05980fn,
  0xef2f118b5a0a6d1fn,
  0x6d367ecf27cb09b7n,
  0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn,
  0x3d0739f78a5292ean,
  0x6bfb5fb11f8d5d08n,
  0x56033046fc7b6babn,
];

/** Upper 64 bits of an unsigned product. */
const upperProduct = (f: Builder, x: Value<"i64">, y: Value<"i64">): Value<"i64"> => {
  const [xHigh, xLow] = [f.let(i64.shiftRightUnsigned(x, 32)), f.let(i64.and(x, 0xffffffffn))];
  const [yHigh, yLow] = [f.let(i64.shiftRightUnsigned(y, 32)), f.let(i64.and(y, 0xffffffffn))];
  const first = f.let(i64.add(i64.mul(xLow, yHigh), i64.shiftRightUnsigned(i64.mul(xLow, yLow), 32)));
  const second = f.let(i64.add(i64.mul(xHigh, yLow), i64.and(first, 0xffffffffn)));
  const carried = i64.add(i64.shiftRightUnsigned(first, 32), i64.shiftRightUnsigned(second, 32));
  return f.let(i64.add(i64.mul(xHigh, yHigh), carried));
};

/** 192 bits of 2/π from `place` on. */
const bitsFrom = (f: Builder, place: Local<"i64">): readonly [Value<"i64">, Value<"i64">, Value<"i64">] => {
  const words = [0, 1, 2, 3].map(() => f.local(i64));
  const first = f.let(i32.wrap(i64.shiftRightUnsigned(place, 6)));
  for (let k = 0; k + 3 < twoOverPi.length; k++)
    f.when(i32.eq(first, k), () => {
      words.forEach((word, j) => {
        word.set(i64.of(twoOverPi[k + j]!));
      });
    });
  const shift = f.let(i64.and(place, 63));
  const window = (k: number): Value<"i64"> => {
    const after = i64.shiftRightUnsigned(words[k + 1]!, 1);
    return f.let(i64.or(i64.shiftLeft(words[k]!, shift), i64.shiftRightUnsigned(after, i64.sub(63, shift))));
  };
  return [window(0), window(1), window(2)];
};

/** The fraction x·(2/π) / 4 as 128 bits, for |x|. */
const turns = (f: Builder, x: Value<"f64">): readonly [Value<"i64">, Value<"i64">] => {
  const bits = f.let(i64.and(i64.bits(x), 0x7fffffffffffffffn));
  const mantissa = f.let(i64.or(i64.and(bits, 0xfffffffffffffn), 0x10000000000000n));
  const place = f.let(i64.sub(i64.shiftRightUnsigned(bits, 52), 1075 - 62));
  const [a, b, c] = bitsFrom(f, place);
  const lowProduct = f.let(i64.mul(mantissa, b));
  const low = f.let(i64.add(lowProduct, upperProduct(f, mantissa, c)));
  const carry = i64.extend(i64.ltUnsigned(low, lowProduct));
  const high = f.let(i64.add(i64.add(i64.mul(mantissa, a), upperProduct(f, mantissa, b)), carry));
  return [high, low];
};

/** x − n·π/2, where n is the nearest whole number. */
export const hugeRest: Kernel = kernel(
  { x: f64 },
  (f, { x }) => {
    const [high, low] = turns(f, x);
    const signed = i64.or(i64.shiftLeft(high, 2), i64.shiftRightUnsigned(low, 62));
    const rest = f64.mul(f64.convertU64(i64.shiftLeft(low, 2)), 2 ** -128);
    const quarter = f.let(f64.add(f64.mul(f64.convertI64(signed), 2 ** -64), rest));
    const size = f.let(f64.mul(quarter, Math.PI / 2));
    f.return(select(f64.lt(x, 0), f64.neg(size), size));
  },
  f64,
);

/** n modulo 4, from −1 to 2. */
export const hugeQuadrant: Kernel = kernel(
  { x: f64 },
  (f, { x }) => {
    const [high] = turns(f, x);
    const n = f.let(i64.shiftRightUnsigned(i64.add(high, 1n << 61n), 62));
    const signed = select(f64.lt(x, 0), f.let(i64.sub(0, n)), n);
    f.return(f64.convertI64(i64.sub(i64.and(i64.add(signed, 1), 3), 1)));
  },
  f64,
);
