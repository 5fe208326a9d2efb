/**
 * Blocks of 16 float32 normals from 16 draws, bit for bit as PyTorch's AVX2 path: draws 0–7 give the radius, 8–15 the
 * angle; cosines go to 0–7, sines to 8–15. Logarithm and sine are Cephes' single-precision polynomials as avx_mathfun.h
 * has them, fused where its compiler fuses.
 */
import {
  type Builder,
  f32,
  f32x4,
  i32,
  i32x4,
  i64x2,
  type Kernel,
  kernel,
  pointer,
  type Value,
} from "../../wasm/assembler/index.ts";
import { unitOf } from "./draws.ts";
import { checked, exact, type Fusion, native, type Rounding } from "./fused.ts";

const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const SINE = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COSINE = [2.443315711809948e-5, -1.388731625493765e-3, 0.04166664568298827];
/** ln 2 in two parts, π/4 in three. */
const LN2 = [-2.1219444e-4, 0.693359375] as const;
const PI_4 = [0.78515625, 2.4187564849853516e-4, 3.774894977445941e-8] as const;
const SQRT_HALF = Math.SQRT1_2;

type Single = Value<"f32x4">;

function polynomial<L>(m: Fusion<L>, x: L, coefficients: readonly number[]): L {
  return coefficients.slice(1).reduce((sum, c) => m.multiplyAdd(sum, x, m.constant(c)), m.constant(coefficients[0]!));
}

/** log x for x in [2⁻²⁴, 1]. */
function log<L>(f: Builder, m: Fusion<L>, x: Single): Single {
  const bits = f.let(i32x4.bits(x));
  const fraction = f.let(f32x4.fromBits(i32x4.or(i32x4.and(bits, 0x007fffff), 0x3f000000)));
  const isLow = f.let(f32x4.lt(fraction, SQRT_HALF));
  const exponent = i32x4.add(i32x4.sub(i32x4.shiftRightUnsigned(bits, 23), 126), isLow); // a true mask is −1
  const e = f.let(f32x4.convertI32(exponent));
  const doubled = f32x4.fromBits(i32x4.and(i32x4.bits(fraction), isLow));
  const r = f.let(f32x4.add(f32x4.sub(fraction, 1), doubled));
  const z = f.let(f32x4.mul(r, r));
  const series = f32x4.mul(m.value(polynomial(m, m.of(r), LOG)), r);
  const high = m.value(m.multiplyAdd(m.of(series), m.of(z), m.of(f32x4.mul(e, LN2[0]))));
  const y = f32x4.sub(high, f32x4.mul(z, 0.5));
  return f32x4.add(f32x4.add(r, y), f32x4.mul(e, LN2[1]));
}

/** Cosine and sine of x in [0, 2π). */
function cosineAndSine<L>(f: Builder, m: Fusion<L>, x: Single): readonly [Single, Single] {
  const eighths = i32x4.truncF32(f32x4.mul(x, 1.27323954473516));
  const octant = f.let(i32x4.and(i32x4.add(eighths, 1), ~1));
  const n = f.let(f32x4.convertI32(octant));
  // The first two products are exact.
  const nearly = f32x4.sub(f32x4.sub(x, f32x4.mul(n, PI_4[0])), f32x4.mul(n, PI_4[1]));
  const r = f.let(m.value(m.multiplyAdd(m.of(n), m.constant(-PI_4[2]), m.of(nearly))));
  const z = f.let(f32x4.mul(r, r));
  const [wideR, wideZ] = [m.of(r), m.of(z)];
  const even = m.of(f32x4.mul(m.value(polynomial(m, wideZ, COSINE)), z));
  const cosine = f32x4.add(m.value(m.multiplyAdd(even, wideZ, m.of(f32x4.neg(f32x4.mul(z, 0.5))))), 1);
  const odd = m.of(f32x4.mul(m.value(polynomial(m, wideZ, SINE)), z));
  const ofCosine = f.let(cosine);
  const ofSine = f.let(m.value(m.multiplyAdd(odd, wideR, wideR)));
  const isDirect = f.let(i32x4.eq(i32x4.and(octant, 2), 0));
  const signed = (size: Single, bit: Value<"i32x4">): Single =>
    f32x4.fromBits(i32x4.xor(i32x4.bits(size), i32x4.shiftLeft(i32x4.and(bit, 4), 29)));
  return [
    signed(f32x4.select(isDirect, ofCosine, ofSine), i32x4.not(i32x4.sub(octant, 2))),
    signed(f32x4.select(isDirect, ofSine, ofCosine), octant),
  ];
}

/** The normals at `at`, not stored yet: by group of four, cosines and sines. */
function normals<L>(f: Builder, m: Fusion<L>, at: Value<"i32">, finish: (z: Single) => Single): Single[][] {
  return [0, 16].map((offset) => {
    const u = f32x4.sub(1, unitOf(i32x4.load(at, offset)));
    const radius = f.let(f32x4.sqrt(f32x4.mul(log(f, m, f.let(u)), -2)));
    const angle = f.let(f32x4.mul(unitOf(i32x4.load(at, offset + 32)), 2 * Math.PI));
    return cosineAndSine(f, m, angle).map((size) => f.let(finish(f32x4.mul(radius, size))));
  });
}

function storeBlock(f: Builder, at: Value<"i32">, groups: Single[][]): void {
  groups.forEach(([cosine, sine], i) => {
    f.store(at, 16 * i, cosine!);
    f.store(at, 16 * i + 32, sine!);
  });
}

/** The last step, ·std + mean; without a mean nothing is to be fused, and −0 becomes 0. */
const finish =
  <L>(m: Fusion<L>, hasMean: boolean, mean: Single, std: Single) =>
  (z: Single): Single =>
    hasMean ? m.value(m.multiplyAdd(m.of(z), m.of(std), m.of(mean))) : f32x4.add(f32x4.mul(z, std), 0);

const exactBlock = (hasMean: boolean): Kernel =>
  kernel({ at: pointer, mean: f32, std: f32 }, (f, { at, mean, std }) => {
    const m = exact(f);
    storeBlock(f, at, normals(f, m, at, finish(m, hasMean, f32x4.splat(mean), f32x4.splat(std))));
  });

/** Turns the draws of `blocks` blocks at `at` into normals, in place. */
export function gaussian(rounding: Rounding, hasMean: boolean): Kernel {
  const fallback = exactBlock(hasMean);
  return kernel({ at: pointer, blocks: i32, mean: f32, std: f32 }, (f, { at, blocks, mean, std }) => {
    const [means, stds] = [f.let(f32x4.splat(mean)), f.let(f32x4.splat(std))];
    const doubt = f.local(i64x2);
    f.repeat(blocks, () => {
      if (rounding === "exact") f.call(fallback, at, mean, std);
      if (rounding === "native") storeBlock(f, at, normals(f, native, at, finish(native, hasMean, means, stds)));
      if (rounding === "checked") {
        doubt.set(i64x2.of(0));
        const m = checked(f, doubt);
        const groups = normals(f, m, at, finish(m, hasMean, means, stds));
        f.when(
          i64x2.anyTrue(doubt),
          () => f.call(fallback, at, mean, std),
          () => storeBlock(f, at, groups),
        );
      }
      at.advance(64);
    });
  });
}
