/**
 * Optimizer steps over whole parameter groups: each array is read and written once, in place.
 *
 * Every product, sum, quotient and root rounds by itself, in the order of PyTorch's single-tensor code, and scalars are
 * rounded to the dtype first: the bits are those of the same steps taken operation by operation. PyTorch's own kernels
 * fuse some products into the sums after them, so it differs in the last place. The arrays of a group are cut and joined
 * into chunks of about the same length; chunks do not change the numbers.
 */

import type { AdamOptions, SgdOptions } from "../../device.ts";
import { parallel } from "../../threads/parallel.ts";
import { sizeOf, type View } from "../../view.ts";
import type { Kernel } from "../../wasm/assembler/index.ts";
import { address, beginOperation, compile } from "../../wasm/runtime.ts";
import { adamKernel } from "./adam.ts";
import type { Float } from "./rule.ts";
import { sgdKernel } from "./sgd.ts";

type Run = (...args: number[]) => number;

/** Elements of a chunk, at least, a multiple of 16. */
const CHUNK = 32768;
/** Chunks of a group, about, where it is large. */
const CHUNKS = 32;
/** Nanoseconds for an element, about. */
const COST = 0.4;

/** Some elements of all arrays that belong to one parameter. */
interface Piece {
  readonly run: Run;
  readonly count: number;
  /** Of the parameter, its state and its gradient. */
  readonly at: readonly number[];
}

/** Chunks of neighbouring pieces; long parameters make several. */
function chunksOf(whole: readonly (Piece & { readonly size: number })[], most: number): Piece[][] {
  const chunks: Piece[][] = [];
  let room = 0;
  for (const { run, count, at, size } of whole)
    for (let done = 0; done < count; ) {
      if (room === 0) {
        chunks.push([]);
        room = most;
      }
      const taken = Math.min(room, count - done);
      const from = done * size;
      chunks.at(-1)!.push({ run, count: taken, at: at.map((a) => (a === 0 ? 0 : a + from)) });
      done += taken;
      room = Math.max(0, room - 16 * Math.ceil(taken / 16)); // so that cuts are at multiples of 64 bytes
    }
  return chunks;
}

/** Runs the kernels over all arrays of a group. */
function runAll(whole: readonly (Piece & { readonly size: number })[], scalars: readonly number[]): void {
  const total = whole.reduce((sum, { count }) => sum + count, 0);
  const chunks = chunksOf(whole, Math.max(CHUNK, 16 * Math.ceil(total / CHUNKS / 16)));
  parallel({ chunks: chunks.length, work: total * COST }, (chunk) => {
    for (const { run, count, at } of chunks[chunk]!) run(count, ...at, ...scalars);
  });
}

/** Finds a kernel by a small number. */
const kernels = (make: (key: number) => Kernel): ((key: number) => Run) => {
  const runs: Run[] = [];
  return (key) => {
    runs[key] ??= compile({ run: make(key) }).run;
    return runs[key];
  };
};

const dtypeOf = (key: number): Float => ((key & 1) === 0 ? "float32" : "float64");

const sgdRun = kernels((key) =>
  sgdKernel(dtypeOf(key), {
    hasMomentum: (key & 2) !== 0,
    isFirst: (key & 4) !== 0,
    nesterov: (key & 8) !== 0,
    hasDecay: (key & 16) !== 0,
    maximize: (key & 32) !== 0,
  }),
);

const decays = ["none", "joined", "decoupled"] as const;
const adamRun = kernels((key) =>
  adamKernel(dtypeOf(key), {
    isNearMean: (key & 2) !== 0,
    maximize: (key & 4) !== 0,
    decay: decays[key >> 3]!,
  }),
);

/** 0 for float32, 1 for float64. */
function floatKey(op: string, { dtype }: View): number {
  if (dtype === "float32") return 0;
  if (dtype === "float64") return 1;
  throw new TypeError(`${op}: need float32 or float64 parameters; got ${dtype}.`);
}

/** As `Device.sgd` says. Without momentum `buffers` may be empty. */
export function sgd(
  params: readonly View[],
  grads: readonly View[],
  buffers: readonly View[],
  { lr, momentum, dampening, weightDecay, nesterov, maximize, isFirst }: SgdOptions,
): void {
  const hasMomentum = momentum !== 0;
  let key = (weightDecay !== 0 ? 16 : 0) + (maximize ? 32 : 0);
  if (hasMomentum) key += 2 + (isFirst ? 4 : 0) + (nesterov ? 8 : 0);
  beginOperation();
  const whole = params.map((param, i) => {
    const bit = floatKey("sgd", param);
    const at = [address(param), hasMomentum ? address(buffers[i]!) : 0, address(grads[i]!)];
    return { run: sgdRun(key + bit), count: sizeOf(param.sizes), at, size: bit === 0 ? 4 : 8 };
  });
  runAll(whole, [-lr, momentum, 1 - dampening, weightDecay]);
}

/** As `Device.adam` says. */
export function adam(
  params: readonly View[],
  grads: readonly View[],
  expAvgs: readonly View[],
  expAvgSqs: readonly View[],
  { lr, beta1, beta2, eps, weightDecay, isDecoupled, maximize, bias1, bias2 }: AdamOptions,
): void {
  const kind = weightDecay === 0 ? 0 : isDecoupled ? 2 : 1;
  const decay = isDecoupled ? 1 - lr * weightDecay : weightDecay;
  const [step, spread] = [-(lr / bias1), Math.sqrt(bias2)];
  beginOperation();
  for (const bit of [0, 1]) {
    const weight = bit === 0 ? Math.fround(1 - beta1) : 1 - beta1;
    const run = adamRun(bit + (Math.abs(weight) < 0.5 ? 2 : 0) + (maximize ? 4 : 0) + 8 * kind);
    const own = params.map((_, i) => i).filter((i) => floatKey("adam", params[i]!) === bit);
    const whole = own.map((i) => ({
      run,
      count: sizeOf(params[i]!.sizes),
      at: [params[i]!, expAvgs[i]!, expAvgSqs[i]!, grads[i]!].map(address),
      size: bit === 0 ? 4 : 8,
    }));
    runAll(whole, [decay, weight, 1 - weight, beta2, 1 - beta2, spread, eps, step]);
  }
}
