/** Pooling of planes: largest elements with their positions, averages over windows of fixed or fitted size, and the gradients. */
import type { AveragePoolOptions, PoolOptions } from "../../device.ts";
import { itemSize } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import { sizeOf, type View } from "../../view.ts";
import { address, beginOperation, clear, compile, scratch } from "../../wasm/runtime.ts";
import type { Floating } from "../reduce/terms.ts";
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
  readonly oh: number;
  readonly rows: number;
  readonly ow: number;
  readonly columns: number;
  readonly w: number;
  /** Bytes of a plane, of the input and of the result. */
  readonly plane: number;
  readonly outPlane: number;
}

/** Bytes of scratch for a sum. */
const ROOM = 8;
/** Nanoseconds for an element of the input, about. */
const COST = 1;

/** Begins the operation and writes the tables of windows. `x` has the planes, `out` one element for each window. */
function begin(x: View, out: View, options: PoolOptions | AveragePoolOptions | null): Layout {
  const [h, w] = [x.sizes[2]!, x.sizes[3]!];
  const [oh, ow] = [out.sizes[2]!, out.sizes[3]!];
  beginOperation();
  const rows = scratch(spanBytes(oh + ow));
  const columns = rows + spanBytes(oh);
  if (options) {
    writeSpans(rows, 0, h, oh, options);
    writeSpans(columns, 1, w, ow, options);
  } else {
    writeAdaptiveSpans(rows, h, oh);
    writeAdaptiveSpans(columns, w, ow);
  }
  const size = itemSize(x.dtype);
  return { oh, rows, ow, columns, w, plane: h * w * size, outPlane: oh * ow * size };
}

/** Calls `body` for parts of the planes of `x`. */
function eachPart({ sizes: shape }: View, body: (first: number, planes: number, room: number) => void): void {
  split({ n: shape[0]! * shape[1]!, work: sizeOf(shape) * COST, local: ROOM }, body);
}

/** As `Device.maxPool2d` says; of several NaN the last wins, as in PyTorch. */
export function maxPool2d(x: View, out: View, indices: View, options: PoolOptions): void {
  const { largest } = kernelsFor("maxPool2d", x.dtype);
  if (sizeOf(out.sizes) === 0) return;
  const { oh, rows, ow, columns, w, plane, outPlane } = begin(x, out, options);
  const [down, right] = options.dilation;
  const [kernel, stride] = [options.kernel[1], options.stride[1]];
  const [from, to, positions] = [address(x), address(out), address(indices)];
  eachPart(x, (first, planes) => {
    const at = [from + first * plane, to + first * outPlane, positions + first * oh * ow * 8] as const;
    largest(planes, oh, rows, ow, columns, w, plane, ...at, down, right, kernel, stride);
  });
}

/** As `Device.maxPool2dBackward` says. */
export function maxPool2dBackward(grad: View, indices: View, out: View): void {
  const { scatter } = kernelsFor("maxPool2dBackward", grad.dtype);
  const { sizes: shape, dtype } = out;
  beginOperation();
  const [from, positions, to] = [address(grad), address(indices), address(out)];
  const windows = grad.sizes[2]! * grad.sizes[3]!;
  const [size, plane] = [itemSize(dtype), shape[2]! * shape[3]! * itemSize(dtype)];
  eachPart(out, (first, planes) => {
    const [at, done] = [to + first * plane, first * windows];
    clear(at, planes * plane);
    scatter(planes, windows, plane, from + done * size, positions + 8 * done, at);
  });
}

function average(name: string, x: View, out: View, options: AveragePoolOptions | null): void {
  const run = kernelsFor(name, x.dtype).average;
  if (sizeOf(out.sizes) === 0) return;
  const { oh, rows, ow, columns, w, plane, outPlane } = begin(x, out, options);
  const [down, right] = options?.dilation ?? [1, 1];
  const divisor = options?.divisor ?? 0;
  const [from, to] = [address(x), address(out)];
  eachPart(x, (first, planes, room) => {
    const at = [from + first * plane, to + first * outPlane] as const;
    run(planes, oh, rows, ow, columns, w, plane, ...at, down, right, divisor, room);
  });
}

function spread(name: string, grad: View, out: View, options: AveragePoolOptions | null): void {
  const run = kernelsFor(name, grad.dtype).spread;
  const { oh, rows, ow, columns, w, plane, outPlane } = begin(out, grad, options);
  const [down, right] = options?.dilation ?? [1, 1];
  const divisor = options?.divisor ?? 0;
  const [from, to] = [address(grad), address(out)];
  eachPart(out, (first, planes) => {
    const at = to + first * plane;
    clear(at, planes * plane);
    run(planes, oh, rows, ow, columns, w, plane, from + first * outPlane, at, down, right, divisor);
  });
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
