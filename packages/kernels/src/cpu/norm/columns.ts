/**
 * Channels whose planes are short: all elements of an image are columns (channel by channel), images are rows, and what
 * belongs to a channel is repeated for each of its columns. A group of channels at a time; `room` holds its sums and arrays.
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
import { columnSumsOf } from "../reduce/columnsums.ts";
import { plainSum } from "../reduce/terms.ts";
import {
  arraysAt,
  finishEvaluation,
  finishTraining,
  optionalAt,
  type Pointer,
  readNumber,
  roundNumber,
  writeNumber,
} from "./channel.ts";
import { affine, gradient, gradTerms, rowsOf, scaled, squareTerms } from "./formulas.ts";
import { finishBackward } from "./planes.ts";

/** Arrays with one element for each column, behind each other. */
const ARRAYS = 4;
/** Bytes of scratch for n columns: the sums, and the arrays. */
export const columnRoom = (n: number): number => (4 * 8 + ARRAYS * 8) * n;

/** Addresses in the scratch room. */
function roomOf(f: Builder, room: Pointer, columns: Value<"i32">): { sums: Pointer; arrays: Pointer[] } {
  const plane = f.let(i32.shiftLeft(columns, 3));
  const at = (k: number): Pointer => f.let(i32.add(room, i32.mul(plane, 4 + k)));
  return { sums: room, arrays: Array.from({ length: ARRAYS }, (_, k) => at(k)) };
}

/** Σ over the s columns of a channel; moves `at` behind them. */
function sumOfChannel(f: Builder, s: Value<"i32">, at: Pointer): Local<"f64"> {
  const total = f.let(f64.of(0));
  f.repeat(s, () => {
    total.set(f64.add(total, f64.load(at)));
    at.advance(8);
  });
  return total;
}

/** Writes one value for each column of a channel; moves `at` behind them. */
function spread(f: Builder, dtype: Real, s: Value<"i32">, at: Pointer, value: Value<"f64">): void {
  f.repeat(s, () => {
    writeNumber(f, dtype, at, value);
    at.advance(itemSize(dtype));
  });
}

const shape = { channels: i32, n: i32, s: i32, image: i32 };

/** (channels, n, s, image, x, out, weight … invstd, room, count, momentum, eps) */
export const columnsForward = (dtype: Real, training: boolean): Kernel =>
  kernel(
    {
      ...shape,
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
      const { channels, n, s, image, x, out, count, momentum, eps } = args;
      const columns = f.let(i32.mul(channels, s));
      const { sums, arrays } = roomOf(f, args.room, columns);
      const [shift, scale, offset] = [arrays[0]!, arrays[1]!, arrays[2]!];
      const size = itemSize(dtype);
      if (training) {
        f.call(columnSumsOf(plainSum(dtype)), n, columns, image, sums, x);
        const [from, to, means] = [f.let(sums), f.let(shift), f.let(arrays[3]!)];
        f.repeat(channels, () => {
          const mean = f.let(f64.div(sumOfChannel(f, s, from), count));
          f.store(means, 0, mean);
          means.advance(8);
          spread(f, dtype, s, to, mean);
        });
        f.call(columnSumsOf(squareTerms(dtype)), n, columns, image, sums, x, shift);
      }
      const [from, means] = [f.let(sums), f.let(arrays[3]!)];
      const [scales, offsets, position] = [f.let(scale), f.let(offset), f.local(i32)];
      f.repeat(channels, () => {
        const at = arraysAt(f, args, position);
        const measured = (): { mean: Local<"f64">; squares: Local<"f64"> } => {
          const mean = f.let(f64.load(means));
          means.advance(8);
          const rest = f.let(f64.sub(mean, roundNumber(dtype, mean)));
          const squares = sumOfChannel(f, s, from);
          squares.set(f64.max(f64.sub(squares, f64.mul(count, f64.mul(rest, rest))), 0));
          return { mean, squares };
        };
        const result = training
          ? finishTraining(f, dtype, at, { ...measured(), count, momentum, eps })
          : finishEvaluation(f, dtype, at, eps);
        spread(f, dtype, s, scales, result.scale);
        spread(f, dtype, s, offsets, result.offset);
        position.advance(size);
      });
      const zero = i32.of(0);
      f.call(rowsOf(dtype, affine, 1, 2, false), n, columns, out, image, x, image, scale, zero, offset, zero);
    },
  );

/** (channels, n, s, image, grad, x, gradX, weight, mean, invstd, gradWeight, gradBias, room, count) */
export const columnsBackward = (dtype: Real, training: boolean): Kernel =>
  kernel(
    {
      ...shape,
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
      const { channels, n, s, image, grad, x, gradX, count } = args;
      const columns = f.let(i32.mul(channels, s));
      const { sums, arrays } = roomOf(f, args.room, columns);
      const [center, scale, slope, offset] = arrays as [Pointer, Pointer, Pointer, Pointer];
      const [means, centers] = [f.let(args.mean), f.let(center)];
      f.repeat(channels, () => {
        spread(f, dtype, s, centers, f.let(readNumber(dtype, means)));
        means.advance(itemSize(dtype));
      });
      f.call(columnSumsOf(gradTerms(dtype)), n, columns, image, sums, grad, x, center);
      const [first, second] = [f.let(sums), f.let(i32.add(sums, i32.shiftLeft(columns, 3)))];
      const [scales, slopes, offsets, position] = [f.let(scale), f.let(slope), f.let(offset), f.local(i32)];
      f.repeat(channels, () => {
        const at = (base: Pointer): Pointer => f.let(optionalAt(base, position));
        const own = {
          weight: at(args.weight),
          invstd: at(args.invstd),
          gradWeight: at(args.gradWeight),
          gradBias: at(args.gradBias),
        };
        const [sum, dot] = [sumOfChannel(f, s, first), sumOfChannel(f, s, second)];
        const factors = finishBackward(f, dtype, own, { sum, dot, count });
        spread(f, dtype, s, scales, factors.scale);
        spread(f, dtype, s, slopes, factors.slope);
        spread(f, dtype, s, offsets, factors.offset);
        position.advance(itemSize(dtype));
      });
      const zero = i32.of(0);
      f.when(i32.ne(gradX, 0), () => {
        if (!training) f.call(rowsOf(dtype, scaled, 1, 1, false), n, columns, gradX, image, grad, image, scale, zero);
        else {
          const apply = rowsOf(dtype, gradient, 2, 4, false);
          const last = [scale, zero, center, zero, slope, zero, offset, zero] as const;
          f.call(apply, n, columns, gradX, image, grad, image, x, image, ...last);
        }
      });
    },
  );
