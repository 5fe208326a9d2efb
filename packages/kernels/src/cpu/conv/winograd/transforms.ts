/**
 * Winograd's convolution F(4×4, 3×3), the small transforms: a 3×3 correlation of 4×4 outputs is
 * Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A with 36 products instead of 144 (Lavin, Gray 2016).
 *
 * Points     0, ±√½, ±√2 and ∞ for Lagrange's interpolation: of all, they magnify rounding errors least, a fourth as much
 *            as the usual 0, ±1, ±2; and their squares are powers of two, so that few products round.
 * Factors    of G, 1 / Π (pᵢ − pⱼ), come last: one constant for each of the 36 elements.
 * Gradients  of the image: the same, with turned weights. Of the weights: Gᵀ[(A y Aᵀ) ⊙ (Bᵀ d B)]G.
 */
import { type Builder, f32x4, type Local } from "../../../wasm/assembler/index.ts";
import { list } from "../../matmul/elements.ts";

/** √½; twice that is √2. Rounded to float32 alike everywhere. */
const ROOT = Math.SQRT1_2;

/** Vectors that undergo the same: adjacent ones, so that V8 can join them. */
export type Lanes = readonly Local<"f32x4">[];

/** A transform of one row or column. */
export type Transform = (f: Builder, x: readonly Lanes[]) => Lanes[];

/** Elements of a transformed tile's row. */
export const SIDE = 6;
/** Matrices: elements of a transformed tile. */
export const PLANES: number = SIDE * SIDE;

const add = (f: Builder, x: Lanes, y: Lanes): Lanes => x.map((v, i) => f.let(f32x4.add(v, y[i]!)));
const subtract = (f: Builder, x: Lanes, y: Lanes): Lanes => x.map((v, i) => f.let(f32x4.sub(v, y[i]!)));
export const scale = (f: Builder, x: Lanes, by: number): Lanes => x.map((v) => f.let(f32x4.mul(v, by)));
/** x + by · y */
const addScaled = (f: Builder, x: Lanes, y: Lanes, by: number): Lanes =>
  x.map((v, i) => f.let(f32x4.add(v, f32x4.mul(y[i]!, by))));

/** x + y and x − y */
const both = (f: Builder, x: Lanes, y: Lanes): [Lanes, Lanes] => [add(f, x, y), subtract(f, x, y)];

/** Bᵀ: six elements of an image. */
export const image: Transform = (f, x) => {
  const [d0, d1, d2, d3, d4, d5] = x as [Lanes, Lanes, Lanes, Lanes, Lanes, Lanes];
  const end = (a: Lanes, b: Lanes, c: Lanes): Lanes => addScaled(f, add(f, a, c), b, -2.5);
  const near = both(f, addScaled(f, d4, d2, -2), scale(f, addScaled(f, d3, d1, -2), ROOT));
  const far = both(f, addScaled(f, d4, d2, -0.5), scale(f, addScaled(f, d3, d1, -0.5), 2 * ROOT));
  return [end(d0, d2, d4), ...near, ...far, end(d1, d3, d5)];
};

/** Aᵀ: four outputs. */
export const output: Transform = (f, x) => {
  const [m0, m1, m2, m3, m4, m5] = x as [Lanes, Lanes, Lanes, Lanes, Lanes, Lanes];
  const [even, odd] = both(f, m1, m2);
  const [evenFar, oddFar] = both(f, m3, m4);
  return [
    add(f, add(f, m0, even), evenFar),
    scale(f, addScaled(f, odd, oddFar, 2), ROOT),
    addScaled(f, scale(f, even, 0.5), evenFar, 2),
    addScaled(f, m5, addScaled(f, scale(f, odd, 0.5), oddFar, 4), ROOT),
  ];
};

/** A: four elements of the output's gradient. */
export const gradient: Transform = (f, x) => {
  const [y0, y1, y2, y3] = x as [Lanes, Lanes, Lanes, Lanes];
  const near = both(f, addScaled(f, y0, y2, 0.5), scale(f, addScaled(f, y1, y3, 0.5), ROOT));
  const far = both(f, addScaled(f, y0, y2, 2), scale(f, addScaled(f, y1, y3, 2), 2 * ROOT));
  return [y0, ...near, ...far, y3];
};

/** G without its factors: three weights. */
export const weights: Transform = (f, x) => {
  const [w0, w1, w2] = x as [Lanes, Lanes, Lanes];
  const near = both(f, addScaled(f, w0, w2, 0.5), scale(f, w1, ROOT));
  const far = both(f, addScaled(f, w0, w2, 2), scale(f, w1, 2 * ROOT));
  return [w0, ...near, ...far, w2];
};

/** Gᵀ without its factors: the gradient of three weights. */
export const weightGradient: Transform = (f, x) => {
  const [u0, u1, u2, u3, u4, u5] = x as [Lanes, Lanes, Lanes, Lanes, Lanes, Lanes];
  const [even, odd] = both(f, u1, u2);
  const [evenFar, oddFar] = both(f, u3, u4);
  return [
    add(f, add(f, u0, even), evenFar),
    scale(f, addScaled(f, odd, oddFar, 2), ROOT),
    addScaled(f, addScaled(f, u5, even, 0.5), evenFar, 2),
  ];
};

/** Π (pᵢ − pⱼ) by point; ∞ has 1. */
const products = [1, -1.5, -1.5, 6, 6, 1];

/** Times the factors of G on both sides. */
export const scaled = (f: Builder, x: readonly Lanes[]): Lanes[] =>
  x.map((v, i) => scale(f, v, 1 / (products[Math.floor(i / SIDE)]! * products[i % SIDE]!)));

/** Columns of a row-major table. */
const columnsOf = <T>(x: readonly T[], width: number): T[][] =>
  list(width, (j) => list(x.length / width, (i) => x[i * width + j]!));

/** Transforms the rows of a row-major table, then the columns. */
export const bothWays = (f: Builder, x: readonly Lanes[], width: number, transform: Transform): Lanes[] => {
  const rows = list(x.length / width, (i) => transform(f, x.slice(i * width, (i + 1) * width)));
  const columns = columnsOf(rows.flat(), rows[0]!.length).map((column) => transform(f, column));
  return columnsOf(columns.flat(), columns[0]!.length).flat();
};
