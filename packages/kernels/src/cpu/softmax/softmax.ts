/**
 * Softmax along rows, and its gradient. Row by row, so that a row stays in the nearest cache: largest element, exponentials
 * of what is below it, their sum (reduce/rowsums.ts), shares. The exponential and the logarithm are those of pointwise/formulas.ts.
 */

import { checkReal, itemSize, type Real } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import type { View } from "../../view.ts";
import { f32, f64, i32, type Kernel, kernel, pointer, type Value } from "../../wasm/assembler/index.ts";
import { address, beginOperation, compile } from "../../wasm/runtime.ts";
import type { Formula } from "../pointwise/algebra.ts";
import { expBelow } from "../pointwise/exponential.ts";
import { log } from "../pointwise/formulas.ts";
import { vectorRows } from "../pointwise/kernel.ts";
import { scalarFloat64 } from "../pointwise/printers.ts";
import { largestOf } from "../reduce/fold.ts";
import { sumsOf } from "../reduce/rowsums.ts";
import { plainSum, type Terms } from "../reduce/terms.ts";

type Run = (...args: number[]) => number;

const below: Formula = (m, x, most) => expBelow(m, m.sub(x!, most!));
const share: Formula = (m, x, scale) => m.mul(x!, scale!);
const logBelow: Formula = (m, x, most, logSum) => m.sub(m.sub(x!, most!), logSum!);
const gradient: Formula = (m, g, y, dot) => m.mul(m.sub(g!, dot!), y!);
const logGradient: Formula = (m, g, y, sum) => m.sub(g!, m.mul(expBelow(m, y!), sum!));

/** Rows of `streams` arrays, with single values behind them. */
const rowsOf = (dtype: Real, formula: Formula, streams: number, splats: number): Kernel =>
  vectorRows({
    formula,
    compute: dtype,
    out: dtype,
    operands: Array.from({ length: streams + splats }, (_, k) => ({ dtype, isSplat: k >= streams })),
  });

const products = (dtype: Real): Terms => ({
  dtype,
  streams: 2,
  constants: 0,
  count: 1,
  terms: (m, [g, y]) => [m.mul(g!, y!)],
});

const rounded = (dtype: Real, x: Value<"f64">): Value<"f32" | "f64"> => (dtype === "float32" ? f32.demote(x) : x);

/** Nanoseconds for an element, about. */
const COST = 0.5;
/** Bytes of scratch: the largest element, the sum in float64, and as an element. */
const ROOM = 32;

/** (rows, n, x, out, room) */
const forwardRows = (dtype: Real, isLog: boolean): Kernel =>
  kernel({ rows: i32, n: i32, x: pointer, out: pointer, room: pointer }, (f, { rows, n, x, out, room }) => {
    const [largest, exponentials, sum] = [largestOf(dtype), rowsOf(dtype, below, 1, 1), sumsOf(plainSum(dtype))];
    const [one, zero, sumAt, factorAt] = [i32.of(1), i32.of(0), i32.add(room, 8), i32.add(room, 16)];
    const row = f.let(i32.mul(n, itemSize(dtype)));
    f.repeat(rows, () => {
      f.call(largest, n, x, room); // a NaN reaches all shares by way of the sum
      f.call(exponentials, one, n, out, zero, x, zero, room, zero);
      f.call(sum, n, sumAt, out);
      const total = f.let(f64.load(sumAt));
      if (isLog) {
        const [logarithm] = log(scalarFloat64(f), [total]);
        f.store(factorAt, 0, rounded(dtype, logarithm!));
        f.call(rowsOf(dtype, logBelow, 1, 2), one, n, out, zero, x, zero, room, zero, factorAt, zero);
      } else {
        f.store(factorAt, 0, rounded(dtype, f64.div(1, total)));
        f.call(rowsOf(dtype, share, 1, 1), one, n, out, zero, out, zero, factorAt, zero);
      }
      x.advance(row);
      out.advance(row);
    });
  });

/** (rows, n, grad, y, out, room) */
const backwardRows = (dtype: Real, isLog: boolean): Kernel =>
  kernel(
    { rows: i32, n: i32, grad: pointer, y: pointer, out: pointer, room: pointer },
    (f, { rows, n, grad, y, out, room }) => {
      const [one, zero, sumAt] = [i32.of(1), i32.of(0), i32.add(room, 8)];
      const row = f.let(i32.mul(n, itemSize(dtype)));
      const formula = rowsOf(dtype, isLog ? logGradient : gradient, 2, 1);
      f.repeat(rows, () => {
        if (isLog) f.call(sumsOf(plainSum(dtype)), n, sumAt, grad);
        else f.call(sumsOf(products(dtype)), n, sumAt, grad, y);
        f.store(room, 0, rounded(dtype, f64.load(sumAt)));
        f.call(formula, one, n, out, zero, grad, zero, y, zero, room, zero);
        for (const p of [grad, y, out]) p.advance(row);
      });
    },
  );

const forwards: (Run | undefined)[] = new Array(4).fill(undefined);
const backwards: (Run | undefined)[] = new Array(4).fill(undefined);

function keyOf(name: string, { dtype }: View, isLog: boolean): number {
  checkReal(name, dtype);
  return (dtype === "float32" ? 0 : 1) + (isLog ? 2 : 0);
}

const dtypeOf = (key: number): Real => ((key & 1) === 0 ? "float32" : "float64");

/** As `Device.softmax` says. */
export function softmax(x: View, out: View, isLog: boolean): void {
  const [rows, n] = [x.sizes[0]!, x.sizes[1]!];
  const key = keyOf("softmax", x, isLog);
  let run = forwards[key];
  if (run === undefined) run = forwards[key] = compile({ run: forwardRows(dtypeOf(key), isLog) }).run;
  if (rows * n === 0) return;
  beginOperation();
  const [from, to, row] = [address(x), address(out), n * itemSize(x.dtype)];
  split({ n: rows, work: rows * n * COST, local: ROOM }, (first, count, room) => {
    run(count, n, from + first * row, to + first * row, room);
  });
}

/** As `Device.softmaxBackward` says. */
export function softmaxBackward(grad: View, y: View, out: View, isLog: boolean): void {
  const [rows, n] = [y.sizes[0]!, y.sizes[1]!];
  const key = keyOf("softmaxBackward", y, isLog);
  let run = backwards[key];
  if (run === undefined) run = backwards[key] = compile({ run: backwardRows(dtypeOf(key), isLog) }).run;
  if (rows * n === 0) return;
  beginOperation();
  const [g, from, to, row] = [address(grad), address(y), address(out), n * itemSize(y.dtype)];
  split({ n: rows, work: rows * n * COST, local: ROOM }, (first, count, room) => {
    run(count, n, g + first * row, from + first * row, to + first * row, room);
  });
}
