/**
 * Channels whose planes are long: one channel at a time, so that its elements are read from memory once and stay in the
 * cache for the passes that follow. Mean first, then squares of what is left of it; sums as in reduce/rowsums.ts.
 */

import { itemSize, type Real } from "../../dtype.ts";
import {
  type Builder,
  f64,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  type Value,
} from "../../wasm/assembler/index.ts";
import { sumsOf } from "../reduce/rowsums.ts";
import { plainSum } from "../reduce/terms.ts";
import {
  arraysAt,
  finishEvaluation,
  finishTraining,
  optionalAt,
  type Pointer,
  readNumber,
  readOptional,
  roundNumber,
  writeNumber,
} from "./channel.ts";
import { affine, gradient, gradTerms, rowsOf, scaled, squareTerms } from "./formulas.ts";

/** Bytes of scratch at `room`. */
export const PLANE_ROOM = 64;

/** Images, elements of a plane, bytes from image to image. */
interface Sizes {
  readonly n: Local<"i32">;
  readonly s: Local<"i32">;
  readonly image: Local<"i32">;
}

/** Adds up what `sums` writes at `room` for each plane of the channel. */
function overPlanes(
  f: Builder,
  { n, image }: Sizes,
  streams: readonly Pointer[],
  room: Pointer,
  run: (at: readonly Pointer[]) => { readonly totals: readonly Local<"f64">[] },
): void {
  const at = streams.map((p) => f.let(p));
  f.repeat(n, () => {
    const { totals } = run(at);
    totals.forEach((total, t) => {
      total.set(f64.add(total, f64.load(room, 8 * t)));
    });
    for (const p of at) p.advance(image);
  });
}

/** Mean and Σ (x − mean)² of one channel. */
function statistics(f: Builder, dtype: Real, sizes: Sizes, x: Pointer, room: Pointer, count: Local<"f64">) {
  const [plain, square] = [sumsOf(plainSum(dtype)), sumsOf(squareTerms(dtype))];
  const [sum, squares] = [f.let(f64.of(0)), f.let(f64.of(0))];
  overPlanes(f, sizes, [x], room, ([at]) => {
    f.call(plain, sizes.s, room, at!);
    return { totals: [sum] };
  });
  const mean = f.let(f64.div(sum, count));
  const shift = f.let(roundNumber(dtype, mean));
  overPlanes(f, sizes, [x], room, ([at]) => {
    f.call(square, sizes.s, room, at!, shift);
    return { totals: [squares] };
  });
  const rest = f.let(f64.sub(mean, shift));
  squares.set(f64.max(f64.sub(squares, f64.mul(count, f64.mul(rest, rest))), 0));
  return { mean, squares };
}

/** (channels, n, s, image, x, out, weight … invstd, room, count, momentum, eps) */
export const planesForward = (dtype: Real, training: boolean): Kernel =>
  kernel(
    {
      channels: i32,
      n: i32,
      s: i32,
      image: i32,
      x: pointer,
      out: pointer,
      weight: pointer,
      bias: pointer,
      runningMean: pointer,
      runningVar: pointer,
      mean: pointer,
      invstd: pointer,
      room: pointer,
      count: f64,
      momentum: f64,
      eps: f64,
    },
    (f, args) => {
      const { channels, n, s, image, x, out, room, count, momentum, eps } = args;
      const apply = rowsOf(dtype, affine, 1, 2, true);
      const [offset, size] = [f.local(i32), itemSize(dtype)];
      f.repeat(channels, () => {
        const arrays = arraysAt(f, args, offset);
        const result = training
          ? finishTraining(f, dtype, arrays, {
              ...statistics(f, dtype, args, x, room, count),
              count,
              momentum,
              eps,
            })
          : finishEvaluation(f, dtype, arrays, eps);
        writeNumber(f, dtype, room, result.scale);
        writeNumber(f, dtype, i32.add(room, 8), result.offset);
        f.call(apply, n, s, out, image, x, image, room, i32.of(0), i32.add(room, 8), i32.of(0));
        for (const p of [x, out]) p.advance(i32.mul(s, size));
        offset.advance(size);
      });
    },
  );

/** What the gradient of x is made of, for one channel. */
export interface GradientFactors {
  readonly scale: Value<"f64">;
  readonly slope: Value<"f64">;
  readonly offset: Value<"f64">;
}

/** Writes the gradients of weight and bias; gives scale = w·invstd, slope = −scale·invstd²·Σg(x − m) / N, offset = −scale·Σg / N. */
export function finishBackward(
  f: Builder,
  dtype: Real,
  at: { readonly weight: Pointer; readonly invstd: Pointer; readonly gradWeight: Pointer; readonly gradBias: Pointer },
  { sum, dot, count }: { readonly sum: Value<"f64">; readonly dot: Value<"f64">; readonly count: Value<"f64"> },
): GradientFactors {
  const invstd = f.let(readNumber(dtype, at.invstd));
  const scale = f.let(f64.mul(readOptional(f, dtype, at.weight, 1), invstd));
  const product = f.let(f64.mul(dot, invstd));
  f.when(i32.ne(at.gradWeight, 0), () => writeNumber(f, dtype, at.gradWeight, product));
  f.when(i32.ne(at.gradBias, 0), () => writeNumber(f, dtype, at.gradBias, sum));
  return {
    scale,
    slope: f.let(f64.neg(f64.mul(f64.mul(scale, invstd), f64.div(product, count)))),
    offset: f.let(f64.neg(f64.mul(scale, f64.div(sum, count)))),
  };
}

/** (channels, n, s, image, grad, x, gradX, weight, mean, invstd, gradWeight, gradBias, room, count) */
export const planesBackward = (dtype: Real, training: boolean): Kernel =>
  kernel(
    {
      channels: i32,
      n: i32,
      s: i32,
      image: i32,
      grad: pointer,
      x: pointer,
      gradX: pointer,
      weight: pointer,
      mean: pointer,
      invstd: pointer,
      gradWeight: pointer,
      gradBias: pointer,
      room: pointer,
      count: f64,
    },
    (f, args) => {
      const { channels, s, grad, x, gradX, mean, room, count } = args;
      const sums = sumsOf(gradTerms(dtype));
      const [offset, size] = [f.local(i32), itemSize(dtype)];
      f.repeat(channels, () => {
        const at = (base: Pointer): Pointer => f.let(optionalAt(base, offset));
        const meanAt = at(mean);
        const center = f.let(readNumber(dtype, meanAt));
        const [sum, dot] = [f.let(f64.of(0)), f.let(f64.of(0))];
        overPlanes(f, args, [grad, x], room, ([g, value]) => {
          f.call(sums, s, room, g!, value!, center);
          return { totals: [sum, dot] };
        });
        const arrays = {
          weight: at(args.weight),
          invstd: at(args.invstd),
          gradWeight: at(args.gradWeight),
          gradBias: at(args.gradBias),
        };
        const factors = finishBackward(f, dtype, arrays, { sum, dot, count });
        const xAt = f.let(optionalAt(gradX, i32.mul(offset, s)));
        f.when(i32.ne(xAt, 0), () => writeGradient(f, dtype, training, { ...args, gradX: xAt, mean: meanAt }, factors));
        for (const p of [grad, x]) p.advance(i32.mul(s, size));
        offset.advance(size);
      });
    },
  );

/** The gradient of one channel of x. */
function writeGradient(
  f: Builder,
  dtype: Real,
  training: boolean,
  {
    n,
    s,
    image,
    grad,
    x,
    gradX,
    mean,
    room,
  }: Readonly<Record<"n" | "s" | "image" | "grad" | "x" | "gradX" | "mean" | "room", Pointer>>,
  { scale, slope, offset }: GradientFactors,
): void {
  const zero = i32.of(0);
  writeNumber(f, dtype, room, scale);
  if (!training) {
    f.call(rowsOf(dtype, scaled, 1, 1, true), n, s, gradX, image, grad, image, room, zero);
    return;
  }
  const [slopeAt, offsetAt] = [i32.add(room, 8), i32.add(room, 16)];
  writeNumber(f, dtype, slopeAt, slope);
  writeNumber(f, dtype, offsetAt, offset);
  const apply = rowsOf(dtype, gradient, 2, 4, true);
  f.call(apply, n, s, gradX, image, grad, image, x, image, room, zero, mean, zero, slopeAt, zero, offsetAt, zero);
}
