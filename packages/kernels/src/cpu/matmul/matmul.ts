/**
 * out = a · b + bias, float32 and float64, also batched.
 *
 * Order      sums over k in blocks of exactly 256, each from zero in the order of k, added in order; then the bias. No
 *            path, tile or split changes a bit. Multiply and add round separately.
 * Paths      a few elements: scalar loops. Few columns (or rows): the large operand is read where it is. Else packed
 *            panels and register tiles (ways.ts). A result whose columns are not adjacent is computed transposed or
 *            in scratch space.
 */
import { itemSize, type Real } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import { sizeOf, type View } from "../../view.ts";
import { address, beginOperation, scratch } from "../../wasm/runtime.ts";
import { commonKernels } from "./engine.ts";
import { type Layout, type MatmulPlan, matmulPlan, runPlan, sharePlan } from "./plan.ts";

/** Multiply-adds up to which scalar loops win. */
const TINY = 256;

/** As `Device.matmul` says. */
export function matmul(a: View, b: View, out: View, bias: View | null = null): void {
  if (out.sizes.length === 3) batched(a, b, out, bias);
  else single(a, b, out, bias);
}

function single(a: View, b: View, out: View, bias: View | null): void {
  const rows = out.sizes[0]!;
  const columns = out.sizes[1]!;
  const k = a.sizes[1]!;
  if (rows * columns === 0) return;
  const dtype = out.dtype as Real;
  const size = itemSize(dtype);
  if (k === 0 || rows * columns * k <= TINY) {
    beginOperation();
    const to = address(out);
    const [rowC, columnC] = [size * out.strides[0]!, size * out.strides[1]!];
    const [rowA, columnA] = [size * a.strides[0]!, size * a.strides[1]!];
    const [rowB, columnB] = [size * b.strides[0]!, size * b.strides[1]!];
    const { plain } = commonKernels(dtype);
    plain(rows, columns, k, address(a), rowA, columnA, address(b), rowB, columnB, to, rowC, columnC);
    if (bias) addBiasTo(out, to, bias, 0);
    return;
  }
  const plan = planFor(a, b, out, { rows, columns, k });
  beginOperation();
  const space = scratch(plan.shared);
  const to = address(out);
  sharePlan(plan, { a: address(a), b: address(b), c: to }, space);
  if (bias) addBiasTo(out, to, bias, 0);
}

const layoutOf = ({ strides }: View, size: number): Layout => ({
  row: size * strides.at(-2)!,
  column: size * strides.at(-1)!,
});

function planFor(a: View, b: View, out: View, sizes: MatmulPlan["sizes"]): MatmulPlan {
  const size = itemSize(out.dtype);
  return matmulPlan(out.dtype as Real, sizes, {
    a: layoutOf(a, size),
    b: layoutOf(b, size),
    c: layoutOf(out, size),
  });
}

function batched(a: View, b: View, out: View, bias: View | null): void {
  if (sizeOf(out.sizes) === 0) return;
  const size = itemSize(out.dtype);
  const [batch, rows, columns] = out.sizes as [number, number, number];
  const k = a.sizes[2]!;
  const plan = planFor(a, b, out, { rows, columns, k });
  beginOperation();
  const [atA, atB, atC] = [address(a), address(b), address(out)];
  const product = (i: number, space: number): void => {
    const at = (first: number, { strides }: View): number => first + i * size * strides[0]!;
    runPlan(plan, { a: at(atA, a), b: at(atB, b), c: at(atC, out) }, space);
    if (bias) addBiasTo(out, at(atC, out), bias, i);
  };
  const work = (rows * columns * k) / 20 + 200; // nanoseconds
  split({ n: batch, work: batch * work, local: plan.scratch }, (first, count, space) => {
    for (let i = first; i < first + count; i++) product(i, space);
  });
}

/** Adds `bias`, broadcast to the shape of `out`, to the matrix of `out` at `to`, the `index`-th of its batch. */
function addBiasTo(out: View, to: number, bias: View, index: number): void {
  const size = itemSize(out.dtype);
  const rank = out.sizes.length;
  /** Distance along a dimension counted from the last one; 0 where the bias is broadcast. */
  const step = (fromLast: number): number => {
    const d = bias.sizes.length - 1 - fromLast;
    return d < 0 || bias.sizes[d] === 1 ? 0 : size * bias.strides[d]!;
  };
  const [rows, columns] = [out.sizes[rank - 2]!, out.sizes[rank - 1]!];
  const [rowC, columnC] = [size * out.strides[rank - 2]!, size * out.strides[rank - 1]!];
  const from = address(bias) + index * step(2);
  commonKernels(out.dtype as Real).bias(rows, columns, to, rowC, columnC, from, step(1), step(0));
}
