/**
 * Batch normalisation, forward and backward. Statistics are kept in float64 and rounded when they are stored; an element
 * becomes x·scale + offset in its dtype, as in PyTorch. Long planes go channel by channel (planes.ts), short ones column by
 * column (columns.ts): the shape alone decides.
 */
import type { BatchNormOptions, NormBackwardOptions } from "../../device.ts";
import { checkReal, itemSize, type Real } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import type { View } from "../../view.ts";
import { address, beginOperation, compile } from "../../wasm/runtime.ts";
import { columnRoom, columnsBackward, columnsForward } from "./columns.ts";
import { moved, optional } from "./optional.ts";
import { PLANE_ROOM, planesBackward, planesForward } from "./planes.ts";

type Run = (...args: number[]) => number;

/** Planes from this length on are summed one by one. */
const LONG = 64;
/** Columns at a time, at most: what is kept for them stays in the nearest cache. */
const COLUMNS = 512;

const forwards: (Run | undefined)[] = new Array(8).fill(undefined);
const backwards: (Run | undefined)[] = new Array(8).fill(undefined);

interface ChannelPlan {
  readonly n: number;
  readonly c: number;
  readonly s: number;
  readonly isLong: boolean;
  /** Channels in one call. */
  readonly group: number;
  /** Of the kernel. */
  readonly key: number;
}

function channelPlan(name: string, { sizes: shape, dtype }: View, training: boolean): ChannelPlan {
  checkReal(name, dtype);
  const [n, c] = [shape[0]!, shape[1]!];
  let s = 1;
  for (let d = 2; d < shape.length; d++) s *= shape[d]!;
  const isLong = s >= LONG;
  const group = isLong ? c : Math.max(1, Math.floor(COLUMNS / Math.max(1, s)));
  return { n, c, s, isLong, group, key: (dtype === "float32" ? 0 : 1) + (training ? 2 : 0) + (isLong ? 4 : 0) };
}

const dtypeOf = (key: number): Real => ((key & 1) === 0 ? "float32" : "float64");

/** Calls `run` for groups of channels: the first one, and how many. `cost`: nanoseconds for an element, about. */
function eachGroup(
  plan: ChannelPlan,
  cost: number,
  run: (first: number, channels: number, room: number) => void,
): void {
  const { n, c, s, isLong, group } = plan;
  split({ n: c, work: n * c * s * cost, multiple: isLong ? 1 : group, local: roomFor(plan) }, (first, count, room) => {
    for (let at = first; at < first + count; at += group) run(at, Math.min(group, first + count - at), room);
  });
}

const roomFor = ({ isLong, group, s }: ChannelPlan): number => (isLong ? PLANE_ROOM : columnRoom(group * s));

/** As `Device.batchNorm` says. */
export function batchNorm(x: View, out: View, options: BatchNormOptions): void {
  const { training, momentum, eps, weight, bias, runningMean, runningVar, mean, invstd } = options;
  const plan = channelPlan("batchNorm", x, training);
  const { n, c, s, key } = plan;
  if (!training && !(runningMean && runningVar))
    throw new TypeError("batchNorm: need running statistics when not training; got none.");
  let run = forwards[key];
  if (run === undefined)
    run = forwards[key] = compile({ run: (plan.isLong ? planesForward : columnsForward)(dtypeOf(key), training) }).run;
  const size = itemSize(x.dtype);
  beginOperation();
  const [from, to] = [address(x), address(out)];
  const arrays = [weight, bias, runningMean, runningVar, mean, invstd].map(optional);
  if (n * s === 0) return;
  eachGroup(plan, 0.2, (first, channels, room) => {
    const [w, b, rm, rv, m, i] = arrays.map((at) => moved(at, first * size));
    const plane = first * s * size;
    run(channels, n, s, c * s * size, from + plane, to + plane, w!, b!, rm!, rv!, m!, i!, room, n * s, momentum, eps);
  });
}

/** As `Device.batchNormBackward` says. */
export function batchNormBackward(
  grad: View,
  x: View,
  { training, weight, mean, invstd, gradX, gradWeight, gradBias }: NormBackwardOptions & { readonly training: boolean },
): void {
  const plan = channelPlan("batchNormBackward", x, training);
  const { n, c, s, key } = plan;
  let run = backwards[key];
  if (run === undefined)
    run = backwards[key] = compile({
      run: (plan.isLong ? planesBackward : columnsBackward)(dtypeOf(key), training),
    }).run;
  const size = itemSize(x.dtype);
  beginOperation();
  const [g, from, to] = [address(grad), address(x), optional(gradX)];
  const arrays = [weight, mean, invstd, gradWeight, gradBias].map(optional);
  if (n * s === 0) return;
  eachGroup(plan, 0.3, (first, channels, room) => {
    const [w, m, i, gw, gb] = arrays.map((at) => moved(at, first * size));
    const plane = first * s * size;
    run(channels, n, s, c * s * size, g + plane, from + plane, moved(to, plane), w!, m!, i!, gw!, gb!, room, n * s);
  });
}
