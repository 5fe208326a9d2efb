/** Pooling of planes, and of lines: largest elements with their positions, averages, over windows of fixed or fitted size, and the gradients. */
import type { Pooling, Windows } from "../../device.ts";
import { checkReal, type DType, itemSize, type Real } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import { sizeOf, type View } from "../../view.ts";
import { address, beginOperation, clear, compile, scratch } from "../../wasm/runtime.ts";
import { averageSpread, averageWindows, maxScatter } from "./kernels.ts";
import { maxWindows } from "./largest.ts";
import { type Span, spanBytes, writeAdaptiveSpans, writeSpans } from "./spans.ts";

type Run = (...args: number[]) => number;

interface Kernels {
  readonly largest: Run;
  readonly scatter: Run;
  readonly average: Run;
  readonly spread: Run;
}

const kernels: { float32: Kernels | null; float64: Kernels | null } = { float32: null, float64: null };

function kernelsFor(name: string, dtype: DType): Kernels {
  checkReal(name, dtype);
  kernels[dtype] ??= compileFor(dtype);
  return kernels[dtype];
}

const compileFor = (dtype: Real): Kernels =>
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

type Of<K extends Pooling["kind"]> = Extract<Pooling, { readonly kind: K }>;

/** Sizes of planes or windows, [vertical, horizontal], from place `first` on: lines are planes of one row. */
function planar(sizes: readonly number[], first = 0, lineHeight = 1): readonly [number, number] {
  const rank = sizes.length - first;
  if (rank === 2) return [sizes[first]!, sizes[first + 1]!];
  if (rank === 1) return [lineHeight, sizes[first]!];
  throw new TypeError(`pool: need one or two spatial dimensions, [n, c, …spatial]; got ${rank}.`);
}

const steps = (windows: Windows | null): readonly [down: number, right: number] =>
  windows ? planar(windows.dilation) : [1, 1];

/** Begins the operation and writes the tables of windows. `x` has the planes, `out` one element for each window. */
function begin(x: View, out: View, pooling: Pooling): Layout {
  const [[h, w], [oh, ow]] = [planar(x.sizes, 2), planar(out.sizes, 2)];
  beginOperation();
  const rows = scratch(spanBytes(oh + ow));
  const columns = rows + spanBytes(oh);
  const { windows } = pooling;
  if (windows) {
    const [kernel, stride] = [planar(windows.kernel), planar(windows.stride)];
    const [padding, dilation] = [planar(windows.padding, 0, 0), planar(windows.dilation)];
    const includesPadding = pooling.kind === "average" && pooling.countIncludePad;
    const along = (d: 0 | 1): Span => {
      return { kernel: kernel[d], stride: stride[d], padding: padding[d], dilation: dilation[d], includesPadding };
    };
    writeSpans(rows, h, oh, along(0));
    writeSpans(columns, w, ow, along(1));
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

/** Of several NaN the last wins, as in PyTorch. */
function largest(x: View, out: View, pooling: Of<"max">): void {
  const run = kernelsFor("pool", x.dtype).largest;
  const { oh, rows, ow, columns, w, plane, outPlane } = begin(x, out, pooling);
  const { windows, indices } = pooling;
  const [down, right] = steps(windows);
  const [kernel, stride] = windows ? [windows.kernel.at(-1)!, windows.stride.at(-1)!] : [0, 0];
  const [from, to, positions] = [address(x), address(out), address(indices)];
  eachPart(x, (first, planes) => {
    const at = [from + first * plane, to + first * outPlane, positions + first * oh * ow * 8] as const;
    run(planes, oh, rows, ow, columns, w, plane, ...at, down, right, kernel, stride);
  });
}

function average(x: View, out: View, pooling: Of<"average">): void {
  const run = kernelsFor("pool", x.dtype).average;
  const { oh, rows, ow, columns, w, plane, outPlane } = begin(x, out, pooling);
  const [down, right] = steps(pooling.windows);
  const [from, to] = [address(x), address(out)];
  eachPart(x, (first, planes, room) => {
    const at = [from + first * plane, to + first * outPlane] as const;
    run(planes, oh, rows, ow, columns, w, plane, ...at, down, right, pooling.divisor ?? 0, room);
  });
}

/** As `Device.pool` says. */
export function pool(x: View, out: View, pooling: Pooling): void {
  if (sizeOf(out.sizes) === 0) return;
  if (pooling.kind === "max") largest(x, out, pooling);
  else average(x, out, pooling);
}

/** Each gradient goes to where its maximum was. */
function scatter(grad: View, out: View, indices: View): void {
  const run = kernelsFor("poolBackward", grad.dtype).scatter;
  const [[h, w], [oh, ow]] = [planar(out.sizes, 2), planar(grad.sizes, 2)];
  beginOperation();
  const [from, positions, to] = [address(grad), address(indices), address(out)];
  const windows = oh * ow;
  const size = itemSize(out.dtype);
  const plane = h * w * size;
  eachPart(out, (first, planes) => {
    const [at, done] = [to + first * plane, first * windows];
    clear(at, planes * plane);
    run(planes, windows, plane, from + done * size, positions + 8 * done, at);
  });
}

function spread(grad: View, out: View, pooling: Of<"average">): void {
  const run = kernelsFor("poolBackward", grad.dtype).spread;
  const { oh, rows, ow, columns, w, plane, outPlane } = begin(out, grad, pooling);
  const [down, right] = steps(pooling.windows);
  const [from, to] = [address(grad), address(out)];
  eachPart(out, (first, planes) => {
    const at = to + first * plane;
    clear(at, planes * plane);
    run(planes, oh, rows, ow, columns, w, plane, from + first * outPlane, at, down, right, pooling.divisor ?? 0);
  });
}

/** As `Device.poolBackward` says. */
export function poolBackward(grad: View, out: View, pooling: Pooling): void {
  if (pooling.kind === "max") scatter(grad, out, pooling.indices);
  else spread(grad, out, pooling);
}
