/**
 * Pooling over planes of h × w elements that follow each other. The windows come from tables (spans.ts): one for rows, one
 * for columns. Sums run in float64, row by row of the window
 * (whole rows as in reduce/rowsums.ts), and are rounded once.
 */

import { itemSize, type Real } from "../../dtype.ts";
import {
  type Builder,
  f32,
  f64,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  select,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { sumsOf } from "../reduce/rowsums.ts";
import { plainSum } from "../reduce/terms.ts";
import { SPAN } from "./spans.ts";

/** Planes; windows in a column and in a row, and their tables; elements in a row of the input, and bytes in its plane. */
export const layout = { planes: i32, oh: i32, rows: pointer, ow: i32, columns: pointer, w: i32, plane: i32 };
export type Layout = Readonly<Record<keyof typeof layout, Local<"i32">>>;

export interface Window {
  /** The first element, counted in its plane. */
  readonly first: Local<"i32">;
  readonly height: Local<"i32">;
  readonly width: Local<"i32">;
  /** What the sum is divided by, unless given. */
  readonly share: Value<"i32">;
}

/** Runs `body` for each window of each plane; `plane` runs after each plane. */
export function eachWindow(
  f: Builder,
  { planes, oh, rows, ow, columns, w }: Layout,
  body: (window: Window) => void,
  plane: () => void,
): void {
  f.repeat(planes, () => {
    const row = f.let(rows);
    f.repeat(oh, () => {
      const line = f.let(i32.mul(i32.load(row), w));
      const [height, rowShare] = [f.let(i32.load(row, 4)), f.let(i32.load(row, 8))];
      const column = f.let(columns);
      f.repeat(ow, () => {
        const first = f.let(i32.add(line, i32.load(column)));
        const width = f.let(i32.load(column, 4));
        body({ first, height, width, share: i32.mul(rowShare, i32.load(column, 8)) });
        column.advance(SPAN);
      });
      row.advance(SPAN);
    });
    plane();
  });
}

export const machines = { float32: f32, float64: f64 } as unknown as Readonly<
  Record<
    Real,
    {
      readonly type: "f32" | "f64";
      readonly of: (x: number) => Value<Type>;
      readonly load: (at: Value<"i32">) => Value<Type>;
      readonly gt: (x: Value<Type>, y: Value<Type>) => Value<"i32">;
      readonly ne: (x: Value<Type>, y: Value<Type>) => Value<"i32">;
      readonly add: (x: Value<Type>, y: Value<Type>) => Value<Type>;
    }
  >
>;

/** (planes, windows, plane, grad, indices, out): each gradient is added where its maximum was; `out` starts at zero. */
export const maxScatter = (dtype: Real): Kernel =>
  kernel(
    { planes: i32, windows: i32, plane: i32, grad: pointer, indices: pointer, out: pointer },
    (f, { planes, windows, plane, grad, indices, out }) => {
      const [t, size] = [machines[dtype], itemSize(dtype)];
      f.repeat(planes, () => {
        f.repeat(windows, () => {
          const at = f.let(i32.add(out, i32.mul(i32.load(indices), size)));
          f.store(at, 0, t.add(t.load(at), t.load(grad)));
          grad.advance(size);
          indices.advance(8);
        });
        out.advance(plane);
      });
    },
  );

const asDouble = (dtype: Real, x: Value<Type>): Value<"f64"> =>
  dtype === "float32" ? f64.promote(x as Value<"f32">) : (x as Value<"f64">);
const asElement = (dtype: Real, x: Value<"f64">): Value<Type> => (dtype === "float32" ? f32.demote(x) : x);

/** The elements of a window, in order. */
function eachElement(
  f: Builder,
  base: Local<"i32">,
  { first, height, width }: Window,
  {
    size,
    w,
    down,
    right,
  }: { readonly size: number; readonly w: Local<"i32">; readonly down: Local<"i32">; readonly right: Local<"i32"> },
  body: (at: Local<"i32">) => void,
): void {
  const line = f.let(i32.add(base, i32.mul(first, size)));
  f.repeat(height, () => {
    const at = f.let(line);
    f.repeat(width, () => {
      body(at);
      at.advance(i32.mul(right, size));
    });
    line.advance(i32.mul(i32.mul(down, w), size));
  });
}

/** (layout, x, out, down, right, divisor, room): 0 divides by the share of the window; `room`: for one float64. */
export const averageWindows = (dtype: Real): Kernel =>
  kernel({ ...layout, x: pointer, out: pointer, down: i32, right: i32, divisor: f64, room: pointer }, (f, args) => {
    const { plane, x, out, divisor, room, down, right } = args;
    const run = sumsOf(plainSum(dtype));
    const isDense = f.let(i32.eq(i32.or(down, right), 1));
    const [t, size] = [machines[dtype], itemSize(dtype)];
    const body = (window: Window): void => {
      const sum = f.let(f64.of(0));
      f.when(
        i32.and(i32.eq(window.width, args.w), isDense), // whole rows: one run of elements
        () => {
          f.call(run, i32.mul(window.height, args.w), room, i32.add(x, i32.mul(window.first, size)));
          sum.set(f64.load(room));
        },
        () => eachElement(f, x, window, { ...args, size }, (at) => sum.set(f64.add(sum, asDouble(dtype, t.load(at))))),
      );
      const by = select(f64.eq(divisor, 0), f64.convertI32(window.share), divisor);
      f.store(out, 0, asElement(dtype, f64.div(sum, by)));
      out.advance(size);
    };
    eachWindow(f, args, body, () => x.advance(plane));
  });

/** (layout, grad, out, down, right, divisor): each gradient, divided, is added to its window; `out` starts at zero. */
export const averageSpread = (dtype: Real): Kernel =>
  kernel({ ...layout, grad: pointer, out: pointer, down: i32, right: i32, divisor: f64 }, (f, args) => {
    const { plane, grad, out, divisor } = args;
    const [t, size] = [machines[dtype], itemSize(dtype)];
    const share = f.local(t) as Local<Type>;
    const body = (window: Window): void => {
      const by = select(f64.eq(divisor, 0), f64.convertI32(window.share), divisor);
      share.set(asElement(dtype, f64.div(asDouble(dtype, t.load(grad)), by)));
      eachElement(f, out, window, { ...args, size }, (at) => f.store(at, 0, t.add(t.load(at), share)));
      grad.advance(size);
    };
    eachWindow(f, args, body, () => out.advance(plane));
  });
