/** Along one dimension, line by line: where the largest element is, and running sums. Any strides. */

import { checkComputes, type DType, itemSize } from "../../dtype.ts";
import { sizeOf, type View } from "../../view.ts";
import {
  f32,
  f64,
  i32,
  i64,
  type Kernel,
  kernel,
  type Local,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { address, beginOperation, compile } from "../../wasm/runtime.ts";
import { convertElement, loadElement, machineType, storeElement } from "../copy/element.ts";
import { splitNest, visitOuter } from "../pointwise/layout.ts";
import { lines } from "./lines.ts";

type Run = (...args: number[]) => number;
type Test = (x: Value<Type>, y: Value<Type>) => Value<"i32">;
interface Comparisons {
  readonly le: Test;
  readonly ge: Test;
  readonly gt: Test;
  readonly lt: Test;
  readonly eq: Test;
}
const tables = { f32, f64, i32, i64 } as unknown as Readonly<Record<"f32" | "f64" | "i32" | "i64", Comparisons>>;

/** (rows, n, step, then address and bytes from line to line of x, values and indices; values 0: not wanted). */
const argRows = (kind: "max" | "min", dtype: DType): Kernel =>
  kernel(
    {
      rows: i32,
      n: i32,
      step: i32,
      x: pointer,
      xRow: i32,
      values: pointer,
      valuesRow: i32,
      indices: pointer,
      indicesRow: i32,
    },
    (f, { rows, n, step, x, xRow, values, valuesRow, indices, indicesRow }) => {
      const type = machineType(dtype);
      const t = tables[type.type];
      const isFloating = type.type === "f32" || type.type === "f64";
      const best = f.local(type) as Local<Type>;
      const [bestAt, i] = [f.local(i32), f.local(i32)];
      f.repeat(rows, () => {
        const at = f.let(x);
        best.set(loadElement(f, dtype, at));
        bestAt.set(i32.of(0));
        i.set(i32.of(0));
        f.repeat(n, () => {
          const y = loadElement(f, dtype, at);
          const isBehind = kind === "max" ? t.le(y, best) : t.ge(y, best);
          const isBetter = isFloating ? i32.and(i32.isZero(isBehind), t.eq(best, best)) : i32.isZero(isBehind);
          f.when(isBetter, () => {
            best.set(y);
            bestAt.set(i);
          });
          at.advance(step);
          i.set(i32.add(i, 1));
        });
        f.store(indices, 0, i64.extend(bestAt));
        f.when(i32.ne(values, 0), () => storeElement(f, dtype, values, best));
        x.advance(xRow);
        values.advance(valuesRow);
        indices.advance(indicesRow);
      });
    },
  );

/** (rows, n, then address, bytes from element to element and from line to line of out and x). float32 adds in float64. */
const sumAlong = (dtype: DType): Kernel =>
  kernel(
    { rows: i32, n: i32, out: pointer, outStep: i32, outRow: i32, x: pointer, xStep: i32, xRow: i32 },
    (f, { rows, n, out, outStep, outRow, x, xStep, xRow }) => {
      const wide: DType = dtype === "float32" ? "float64" : dtype;
      const type = machineType(wide);
      const { add } = (
        { f32, f64, i32, i64 } as unknown as Record<string, { add: (x: Value<Type>, y: Value<Type>) => Value<Type> }>
      )[type.type]!;
      const sum = f.local(type) as Local<Type>;
      const zero = f.local(type) as Local<Type>;
      f.repeat(rows, () => {
        const [at, to] = [f.let(x), f.let(out)];
        sum.set(zero);
        f.repeat(n, () => {
          sum.set(add(sum, convertElement(f, loadElement(f, dtype, at), dtype, wide)));
          storeElement(f, dtype, to, convertElement(f, sum, wide, dtype));
          at.advance(xStep);
          to.advance(outStep);
        });
        x.advance(xRow);
        out.advance(outRow);
      });
    },
  );

const argRun = once((kind: "max" | "min") => once((dtype: DType): Run => compile({ run: argRows(kind, dtype) }).run));
const sumRun = once((dtype: DType): Run => compile({ run: sumAlong(dtype) }).run);

/** As `Device.argReduce` says. Throws RangeError over no element. */
export function argReduce(kind: "max" | "min", x: View, dim: number, values: View | null, indices: View): void {
  if (sizeOf(indices.sizes) === 0) return;
  const n = x.sizes[dim] ?? 1;
  if (n === 0) throw new RangeError(`arg${kind}: need at least one element along dimension ${dim}; got none.`);
  checkComputes(`arg${kind}`, x.dtype);
  const run = argRun(kind)(x.dtype);
  const loops = lines(values ? [x, values, indices] : [x, indices], dim);
  const row = loops.sizes.length - 2;
  beginOperation();
  const at = values ? [address(x), address(values), address(indices)] : [address(x), address(indices)];
  const step = (x.strides[dim] ?? 0) * itemSize(x.dtype);
  const last = at.length - 1;
  const [rowX, rowValues, rowLast] = [
    loops.strides[0]![row]!,
    values ? loops.strides[1]![row]! : 0,
    loops.strides[last]![row]!,
  ];
  splitNest(loops, at, sizeOf(x.sizes), (part, at) =>
    visitOuter(part, at, () => {
      run(part.sizes[row]!, n, step, at[0]!, rowX, values ? at[1]! : 0, rowValues, at[last]!, rowLast);
    }),
  );
}

/** As `Device.cumsum` says; float32 is summed in float64 and rounded at each element. */
export function cumsum(x: View, dim: number, out: View): void {
  if (sizeOf(out.sizes) === 0) return;
  checkComputes("cumsum", x.dtype);
  const run = sumRun(x.dtype);
  const loops = lines([out, x], dim);
  const [row, size] = [loops.sizes.length - 2, itemSize(x.dtype)];
  beginOperation();
  const at = [address(out), address(x)];
  const [outStep, xStep] = [(out.strides[dim] ?? 0) * size, (x.strides[dim] ?? 0) * size];
  const [n, outRow, xRow] = [x.sizes[dim] ?? 1, loops.strides[0]![row]!, loops.strides[1]![row]!];
  splitNest(loops, at, sizeOf(x.sizes), (part, at) =>
    visitOuter(part, at, () => {
      run(part.sizes[row]!, n, at[0]!, outStep, outRow, at[1]!, xStep, xRow);
    }),
  );
}
