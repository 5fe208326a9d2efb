/**
 * Optimizer steps over whole parameter groups: each array is read and written once, in place.
 *
 * Every product, sum, quotient and root rounds by itself, in the order of PyTorch's single-tensor code, and scalars are
 * rounded to the dtype first: the bits are those of the same steps taken operation by operation. PyTorch's own kernels
 * fuse some products into the sums after them, so it differs in the last place. A call is cut into chunks, so that
 * optimized code takes over early; chunks do not change the numbers.
 */
import type { Kernel } from "../assembler/index.ts";
import type { AdamOptions, SgdOptions } from "../device.ts";
import { address, beginOperation, compile } from "../runtime.ts";
import { sizeOf, type View } from "../view.ts";
import { adamKernel } from "./adam.ts";
import type { Float } from "./rule.ts";
import { sgdKernel } from "./sgd.ts";

type Run = (...args: number[]) => number;

/** Elements, a multiple of 8. */
const CHUNK = 32768;

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
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!;
    const bit = floatKey("sgd", param);
    const run = sgdRun(key + bit);
    const size = bit === 0 ? 4 : 8;
    const n = sizeOf(param.shape);
    beginOperation();
    const [p, g] = [address(param), address(grads[i]!)];
    const b = hasMomentum ? address(buffers[i]!) : 0;
    for (let done = 0; done < n; done += CHUNK) {
      const at = done * size;
      run(Math.min(CHUNK, n - done), p + at, b + at, g + at, -lr, momentum, 1 - dampening, weightDecay);
    }
  }
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
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!;
    const bit = floatKey("adam", param);
    const size = bit === 0 ? 4 : 8;
    const weight = bit === 0 ? Math.fround(1 - beta1) : 1 - beta1;
    const run = adamRun(bit + (Math.abs(weight) < 0.5 ? 2 : 0) + (maximize ? 4 : 0) + 8 * kind);
    const n = sizeOf(param.shape);
    beginOperation();
    const [p, g] = [address(param), address(grads[i]!)];
    const [m, v] = [address(expAvgs[i]!), address(expAvgSqs[i]!)];
    for (let done = 0; done < n; done += CHUNK) {
      const at = done * size;
      const count = Math.min(CHUNK, n - done);
      run(count, p + at, m + at, v + at, g + at, decay, weight, 1 - weight, beta2, 1 - beta2, spread, eps, step);
    }
  }
}
