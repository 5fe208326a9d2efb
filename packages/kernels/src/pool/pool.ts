/** Pooling of planes: largest elements with their positions, averages over windows of fixed or fitted size, and the gradients. */
import type { AveragePoolOptions, PoolOptions } from "../device.ts";
import { itemSize } from "../dtype.ts";
import type { Floating } from "../reduce/terms.ts";
import { address, beginOperation, bytes, compile, scratch } from "../runtime.ts";
import { sizeOf, type View } from "../view.ts";
import { averageSpread, averageWindows, maxScatter } from "./kernels.ts";
import { maxWindows } from "./largest.ts";
import { spanBytes, writeAdaptiveSpans, writeSpans } from "./spans.ts";

type Run = (...args: number[]) => number;

interface Kernels {
  readonly largest: Run;
  readonly scatter: Run;
  readonly average: Run;
  readonly spread: Run;
}

const kernels: { float32: Kernels | null; float64: Kernels | null } = { float32: null, float64: null };

function kernelsFor(name: string, dtype: string): Kernels {
  if (dtype !== "float32" && dtype !== "float64")
    throw new TypeError(`${name}: need float32 or float64; got ${dtype}.`);
  kernels[dtype] ??= compileFor(dtype);
  return kernels[dtype];
}

const compileFor = (dtype: Floating): Kernels =>
  compile({
    largest: maxWindows(dtype),
    scatter: maxScatter(dtype),
    average: averageWindows(dtype),
    spread: averageSpread(dtype),
  });

interface Layout {
  readonly planes: number;
  readonly oh: number;
  readonly rows: number;
  readonly ow: number;
  readonly columns: number;
  readonly w: number;
  /** Bytes. */
  readonly plane: number;
}

/** Bytes before the tables: room for a sum. */
const ROOM = 64;

/** Begins the operation and writes the tables of windows. `x` has the planes, `out` one element for each window. */
function begin(x: View, out: View, options: PoolOptions | AveragePoolOptions | null): Layout {
  const [h, w] = [x.shape[2]!, x.shape[3]!];
  const [oh, ow] = [out.shape[2]!, out.shape[3]!];
  beginOperation();
  const rows = scratch(ROOM + spanBytes(oh + ow)) + ROOM;
  const columns = rows + spanBytes(oh);
  if (options) {
    writeSpans(rows, 0, h, oh, options);
    writeSpans(columns, 1, w, ow, options);
  } else {
    writeAdaptiveSpans(rows, h, oh);
    writeAdaptiveSpans(columns, w, ow);
  }
  return { planes: x.shape[0]! * x.shape[1]!, oh, rows, ow, columns, w, plane: h * w * itemSize(x.dtype) };
}

const clear = (out: View, at: number): void => {
  bytes().fill(0, at, at + sizeOf(out.shape) * itemSize(out.dtype));
};

/** As `Device.maxPool2d` says; of several NaN the last wins, as in PyTorch. */
export function maxPool2d(x: View, out: View, indices: View, options: PoolOptions): void {
  const { largest } = kernelsFor("maxPool2d", x.dtype);
  if (sizeOf(out.shape) === 0) return;
  const { planes, oh, rows, ow, columns, w, plane } = begin(x, out, options);
  const [down, right] = options.dilation;
  const [from, to, positions] = [address(x), address(out), address(indices)];
  largest(
    planes,
    oh,
    rows,
    ow,
    columns,
    w,
    plane,
    from,
    to,
    positions,
    down,
    right,
    options.kernel[1],
    options.stride[1],
  );
}

/** As `Device.maxPool2dBackward` says. */
export function maxPool2dBackward(grad: View, indices: View, out: View): void {
  const { scatter } = kernelsFor("maxPool2dBackward", grad.dtype);
  const { shape, dtype } = out;
  beginOperation();
  const [from, positions, to] = [address(grad), address(indices), address(out)];
  clear(out, to);
  const windows = grad.shape[2]! * grad.shape[3]!;
  scatter(shape[0]! * shape[1]!, windows, shape[2]! * shape[3]! * itemSize(dtype), from, positions, to);
}

function average(name: string, x: View, out: View, options: AveragePoolOptions | null): void {
  const run = kernelsFor(name, x.dtype).average;
  if (sizeOf(out.shape) === 0) return;
  const { planes, oh, rows, ow, columns, w, plane } = begin(x, out, options);
  const [down, right] = options?.dilation ?? [1, 1];
  const room = rows - ROOM;
  run(planes, oh, rows, ow, columns, w, plane, address(x), address(out), down, right, options?.divisor ?? 0, room);
}

function spread(name: string, grad: View, out: View, options: AveragePoolOptions | null): void {
  const run = kernelsFor(name, grad.dtype).spread;
  const { planes, oh, rows, ow, columns, w, plane } = begin(out, grad, options);
  const [down, right] = options?.dilation ?? [1, 1];
  const [from, to] = [address(grad), address(out)];
  clear(out, to);
  run(planes, oh, rows, ow, columns, w, plane, from, to, down, right, options?.divisor ?? 0);
}

/** As `Device.averagePool2d` says. */
export function averagePool2d(x: View, out: View, options: AveragePoolOptions): void {
  average("averagePool2d", x, out, options);
}

/** As `Device.averagePool2dBackward` says. */
export function averagePool2dBackward(grad: View, out: View, options: AveragePoolOptions): void {
  spread("averagePool2dBackward", grad, out, options);
}

/** As `Device.adaptiveAveragePool2d` says. */
export function adaptiveAveragePool2d(x: View, out: View): void {
  average("adaptiveAveragePool2d", x, out, null);
}

/** As `Device.adaptiveAveragePool2dBackward` says. */
export function adaptiveAveragePool2dBackward(grad: View, out: View): void {
  spread("adaptiveAveragePool2dBackward", grad, out, null);
}
