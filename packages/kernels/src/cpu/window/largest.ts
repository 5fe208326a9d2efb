/**
 * The largest element of each window and where it is: row by row of the window, the first of equals, the last NaN. float32
 * takes four neighbouring windows at once where none of them reaches into the padding and they are one or two elements apart.
 */

import { itemSize, type Real } from "../../dtype.ts";
import {
  type Builder,
  f32x4,
  i32,
  i32x4,
  i64,
  type Kernel,
  kernel,
  type Local,
  pointer,
  replaceLane,
  select,
  shuffle,
  type Value,
} from "../../wasm/assembler/index.ts";
import { layout, machines } from "./kernels.ts";
import { SPAN } from "./spans.ts";

/** One row of windows: the line where they begin, how many lines they have; and where the results go. */
interface Row {
  readonly line: Local<"i32">;
  readonly height: Local<"i32">;
  readonly column: Local<"i32">;
  readonly x: Local<"i32">;
  readonly w: Local<"i32">;
  readonly out: Local<"i32">;
  readonly indices: Local<"i32">;
  /** Dilation. */
  readonly down: Local<"i32">;
  readonly right: Local<"i32">;
}

/** One window. */
function single(f: Builder, dtype: Real, { line, height, column, x, w, out, indices, down, right }: Row): void {
  const [t, size] = [machines[dtype], itemSize(dtype)];
  const start = f.let(i32.add(line, i32.load(column)));
  const width = f.let(i32.load(column, 4));
  const best = f.let(t.of(Number.NEGATIVE_INFINITY));
  const [bestAt, i] = [f.let(start), f.local(i32)];
  f.repeat(height, () => {
    i.set(start);
    const at = f.let(i32.add(x, i32.mul(start, size)));
    f.repeat(width, () => {
      const value = f.let(t.load(at));
      const wins = f.let(i32.or(t.gt(value, best), t.ne(value, value)));
      best.set(select(wins, value, best));
      bestAt.set(select(wins, i, bestAt));
      i.advance(right);
      at.advance(i32.mul(right, size));
    });
    start.advance(i32.mul(down, w));
  });
  f.store(out, 0, best);
  f.store(indices, 0, i64.extend(bestAt));
  out.advance(size);
  indices.advance(8);
  column.advance(SPAN);
}

interface Four extends Row {
  /** Elements of a window in a row: all of its kernel. */
  readonly kernel: Local<"i32">;
  /** 0, 1, 2, 3 times the stride. */
  readonly lanes: Local<"i32x4">;
}

/** Four windows; `load` takes their elements at an address of the first. */
function four(
  f: Builder,
  { line, height, column, x, w, out, indices, down, right, kernel, lanes }: Four,
  load: (at: Local<"i32">) => Value<"f32x4">,
): void {
  const start = f.let(i32.add(line, i32.load(column)));
  const best = f.let(f32x4.of(Number.NEGATIVE_INFINITY));
  const bestAt = f.let(i32x4.add(i32x4.splat(start), lanes));
  const [first, step] = [f.let(bestAt), f.let(i32x4.splat(right))];
  const lineStep = f.let(i32.mul(down, w));
  const i = f.local(i32x4);
  f.repeat(height, () => {
    i.set(first);
    const at = f.let(i32.add(x, i32.shiftLeft(start, 2)));
    f.repeat(kernel, () => {
      const value = f.let(load(at));
      const wins = f.let(i32x4.or(f32x4.gt(value, best), f32x4.ne(value, value)));
      best.set(f32x4.select(wins, value, best));
      bestAt.set(i32x4.select(wins, i, bestAt));
      i.set(i32x4.add(i, step));
      at.advance(i32.shiftLeft(right, 2));
    });
    start.advance(lineStep);
    first.set(i32x4.add(first, i32x4.splat(lineStep)));
  });
  f.store(out, 0, best);
  for (let lane = 0; lane < 4; lane++) f.store(indices, 8 * lane, i64.extend(i32x4.extract(bestAt, lane)));
  out.advance(16);
  indices.advance(32);
  column.advance(4 * SPAN);
}

/** Elements 0, 2, 4, 6 from an address on; what lies behind them is not touched. */
const everySecond = (at: Value<"i32">): Value<"f32x4"> => shuffle(f32x4.load(at), f32x4.load(at, 12), [0, 2, 5, 7]);

/** The last windows of a row, fewer than four: takes those before them again, if all four are whole. */
function stepBack(f: Builder, { column, out, indices, kernel }: Four, left: Local<"i32">): void {
  const back = f.let(i32.sub(4, left));
  const first = f.let(i32.sub(column, i32.mul(back, SPAN)));
  f.when(i32.and(i32.eq(i32.load(first, 4), kernel), i32.eq(i32.load(first, 3 * SPAN + 4), kernel)), () => {
    column.set(first);
    out.advance(i32.mul(back, -4));
    indices.advance(i32.mul(back, -8));
    left.set(i32.of(4));
  });
}

/** A row of windows: fours where the first and the last of them are whole. */
function windows(f: Builder, dtype: Real, row: Four, stride: Local<"i32">, ow: Local<"i32">): void {
  const left = f.let(ow);
  const isWhole = (window: number): Value<"i32"> => i32.eq(i32.load(row.column, SPAN * window + 4), row.kernel);
  const isClose = f.let(i32.leUnsigned(i32.sub(stride, 1), 1));
  f.block((leave) => {
    f.loop((again) => {
      leave.jumpIf(i32.isZero(left));
      if (dtype === "float32")
        f.when(i32.and(i32.and(i32.lt(left, 4), i32.ge(ow, 4)), isClose), () => stepBack(f, row, left));
      const count = f.let(i32.of(1));
      if (dtype === "float32")
        f.when(i32.and(i32.ge(left, 4), isClose), () => {
          f.when(i32.and(isWhole(0), isWhole(3)), () => count.set(i32.of(4)));
        });
      f.when(
        i32.eq(count, 1),
        () => single(f, dtype, row),
        () =>
          f.when(
            i32.eq(stride, 1),
            () => four(f, row, (at) => f32x4.load(at)),
            () => four(f, row, everySecond),
          ),
      );
      left.set(i32.sub(left, count));
      again.jump();
    });
  });
}

/** (layout, x, out, indices, down, right, kernel, stride): dilation; elements of a window in a row, and from window to window. */
export const maxWindows = (dtype: Real): Kernel =>
  kernel(
    { ...layout, x: pointer, out: pointer, indices: pointer, down: i32, right: i32, kernel: i32, stride: i32 },
    (f, args) => {
      const { planes, oh, rows, ow, columns, w, plane, x, stride } = args;
      let ramp: Value<"f32x4"> = f32x4.of(0);
      for (let lane = 1; lane < 4; lane++) ramp = replaceLane(ramp, lane, lane);
      const lanes = f.let(i32x4.mul(i32x4.truncF32(ramp), i32x4.splat(stride)));
      f.repeat(planes, () => {
        const table = f.let(rows);
        f.repeat(oh, () => {
          const line = f.let(i32.mul(i32.load(table), w));
          const height = f.let(i32.load(table, 4));
          windows(f, dtype, { ...args, line, height, column: f.let(columns), lanes }, stride, ow);
          table.advance(SPAN);
        });
        x.advance(plane);
      });
    },
  );
