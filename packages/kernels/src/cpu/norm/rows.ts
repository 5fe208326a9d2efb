/**
 * The backward of a layer normalisation, row by row, so that a row stays in the nearest cache: its sums (reduce/rowsums.ts)
 * and the gradient of x; then what it adds to the gradients of weight and bias. Those are summed for blocks of 32 rows, and
 * the blocks by `reduce`: the shape alone decides the order.
 */
import type { NormBackwardOptions } from "../../device.ts";
import { checkReal, itemSize, type Real } from "../../dtype.ts";
import { allocate } from "../../memory/storage.ts";
import { split } from "../../threads/split.ts";
import type { View } from "../../view.ts";
import { f64, i32, type Kernel, kernel, pointer } from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { beginOperation, compile } from "../../wasm/runtime.ts";
import { fill } from "../copy/copy.ts";
import { reduce } from "../reduce/reduce.ts";
import { sumsOf } from "../reduce/rowsums.ts";
import { readNumber, writeNumber } from "./channel.ts";
import { added, addedProduct, gradient, gradTerms, rowsOf, weightedGradient, weightedTerms } from "./formulas.ts";
import { moved, optional } from "./optional.ts";
import { finishBackward } from "./planes.ts";

type Run = (...args: number[]) => number;

/** Rows whose gradients of weight and bias are added one by one. */
const ROWS = 32;
/** Bytes of scratch: two sums, then scale, slope and offset. */
const ROOM = 64;
/** Nanoseconds for an element, about. */
const COST = 0.5;

const pointers = {
  grad: pointer,
  x: pointer,
  weight: pointer,
  mean: pointer,
  invstd: pointer,
  gradX: pointer,
  gradWeight: pointer,
  gradBias: pointer,
  room: pointer,
};

/** (rows, columns, count, grad, x, weight, mean, invstd, gradX, gradWeight, gradBias, room): adds to the last two gradients. */
const backwardRows = (dtype: Real, isWeighted: boolean): Kernel =>
  kernel({ rows: i32, columns: i32, count: f64, ...pointers }, (f, args) => {
    const { rows, columns, count, grad, x, weight, mean, invstd, gradX, gradWeight, gradBias, room } = args;
    const sums = sumsOf((isWeighted ? weightedTerms : gradTerms)(dtype));
    const apply = rowsOf(dtype, isWeighted ? weightedGradient : gradient, isWeighted ? 3 : 2, 4, true);
    const [addProduct, add] = [rowsOf(dtype, addedProduct, 3, 2, true), rowsOf(dtype, added, 2, 0, true)];
    const [one, zero, none] = [i32.of(1), i32.of(0), f.local(i32)];
    const [scaleAt, slopeAt, offsetAt] = [i32.add(room, 16), i32.add(room, 24), i32.add(room, 32)];
    const row = f.let(i32.mul(columns, itemSize(dtype)));
    const ofWeight = isWeighted ? [weight] : [];
    f.repeat(rows, () => {
      f.when(i32.ne(gradX, 0), () => {
        f.call(sums, columns, room, grad, x, ...ofWeight, readNumber(dtype, mean));
        const parts = { sum: f.let(f64.load(room)), dot: f.let(f64.load(room, 8)), count };
        const factors = finishBackward(f, dtype, { weight: none, invstd, gradWeight: none, gradBias: none }, parts);
        writeNumber(f, dtype, scaleAt, factors.scale);
        writeNumber(f, dtype, slopeAt, factors.slope);
        writeNumber(f, dtype, offsetAt, factors.offset);
        const streams = [grad, x, ...ofWeight].flatMap((at) => [at, zero]);
        const single = [scaleAt, mean, slopeAt, offsetAt].flatMap((at) => [at, zero]);
        f.call(apply, one, columns, gradX, zero, ...streams, ...single);
        gradX.advance(row);
      });
      f.when(i32.ne(gradWeight, 0), () => {
        const operands = [gradWeight, grad, x, mean, invstd].flatMap((at) => [at, zero]);
        f.call(addProduct, one, columns, gradWeight, zero, ...operands);
      });
      f.when(i32.ne(gradBias, 0), () => f.call(add, one, columns, gradBias, zero, gradBias, zero, grad, zero));
      for (const p of [grad, x]) p.advance(row);
      for (const p of [mean, invstd]) p.advance(itemSize(dtype));
    });
  });

const kernelFor = once((dtype: Real) =>
  once((isWeighted: boolean): Run => compile({ run: backwardRows(dtype, isWeighted) }).run),
);

/** Zeros for the sums of each block, until `done` has added them up in `out`. */
function partsOf(out: View | null, blocks: number): { readonly view: View; readonly done: () => void } | null {
  if (!out) return null;
  const { dtype, sizes } = out;
  const columns = sizes[0]!;
  const storage = allocate(blocks * columns * itemSize(dtype), "layerNormBackward");
  const view = { storage, offset: 0, dtype, sizes: [blocks, columns], strides: [columns, 1] };
  fill(view, 0);
  const whole = { ...out, sizes: [1, columns], strides: [columns, out.strides[0]!] };
  const done = (): void => {
    reduce("sum", view, whole);
    storage.release();
  };
  return { view, done };
}

/** As `Device.layerNormBackward` says. */
export function layerNormBackward(
  grad: View,
  x: View,
  { weight, mean, invstd, gradX, gradWeight, gradBias }: NormBackwardOptions,
): void {
  const { dtype } = x;
  checkReal("layerNormBackward", dtype);
  const [rows, columns] = x.sizes as readonly [number, number];
  const run = kernelFor(dtype)(weight !== null);
  const blocks = Math.ceil(rows / ROWS);
  const [ofWeight, ofBias] = [partsOf(gradWeight, blocks), partsOf(gradBias, blocks)];
  beginOperation();
  const [g, from, to, w, m, i] = [grad, x, gradX, weight, mean, invstd].map(optional) as number[];
  const [gw, gb] = [optional(ofWeight?.view), optional(ofBias?.view)];
  const size = itemSize(dtype);
  const row = columns * size;
  const body = (first: number, count: number, room: number): void => {
    for (let block = first; block < first + count; block++) {
      const at = block * ROWS;
      const [plane, mine] = [at * row, block * row];
      const statistics = [m! + at * size, i! + at * size] as const;
      const sums = [moved(gw, mine), moved(gb, mine)] as const;
      const many = Math.min(ROWS, rows - at);
      run(many, columns, columns, g! + plane, from! + plane, w!, ...statistics, moved(to!, plane), ...sums, room);
    }
  };
  if (rows * columns > 0) split({ n: blocks, work: rows * columns * COST, local: ROOM }, body);
  ofWeight?.done();
  ofBias?.done();
}
