/**
 * How do optimizers change parameters? One fused kernel call for a whole group. Every check comes before the first
 * write; what is not row-major is updated in a copy. Nothing here is recorded: callers are under `noGrad`.
 */
import { type AdamOptions, cpu, isStorageOnly, type SgdOptions } from "@ag/kernels";
import { refuseOverlapping } from "../core/elementwise.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { place } from "../core/place.ts";
import type { Tensor } from "../core/tensor.ts";
import { writing } from "../core/writing.ts";
import { denseCopy, withDense } from "../layout/dense.ts";
import { sameShape, showShape } from "../layout/shape.ts";

type Tensors = readonly Tensor[];

function checkParam(op: string, param: Tensor): void {
  if (!param.isFloatingPoint() || isStorageOnly(param.dtype))
    throw new DTypeError(`${op}: need parameters of float32 or float64; got ${param.dtype}.`);
  refuseOverlapping(op, param);
}

function checkMate(op: string, what: string, param: Tensor, x: Tensor): void {
  if (!sameShape(x.sizes, param.sizes))
    throw new ShapeError(
      `${op}: need a ${what} of the parameter's shape ${showShape(param.sizes)}; got ${showShape(x.sizes)}.`,
    );
  if (x.dtype !== param.dtype)
    throw new DTypeError(`${op}: need a ${what} of the parameter's dtype ${param.dtype}; got ${x.dtype}.`);
}

function checkAll(op: string, params: Tensors, grads: Tensors, states: Readonly<Record<string, Tensors>>): void {
  for (const [i, param] of params.entries()) {
    checkParam(op, param);
    checkMate(op, "gradient", param, grads[i]!);
    for (const [what, list] of Object.entries(states)) {
      const state = list[i]!;
      checkMate(op, what, param, state);
      if (!state.isContiguous())
        throw new ShapeError(`${op}: need a ${what} in row-major order; got strides ${showShape(state.strides)}.`);
    }
  }
}

/** Runs the kernel on row-major operands of each dtype, and notes the writes. */
function eachDtype(
  params: Tensors,
  grads: Tensors,
  states: readonly Tensors[],
  run: (params: Tensors, grads: Tensors, states: readonly Tensors[]) => void,
): void {
  writing([...params, ...states.flat()], () => {
    for (const dtype of new Set(params.map((x) => x.dtype))) {
      const chosen = params.flatMap((x, i) => (x.dtype === dtype ? [i] : []));
      const pick = (list: Tensors): Tensors => chosen.map((i) => list[i]!);
      const [targets, sources] = [pick(params), pick(grads)];
      const dense = targets.map((x) => (x.isContiguous() ? x : denseCopy(x)));
      withDense(sources, (...rows) => run(dense, rows as Tensors, states.map(pick)));
      dense.forEach((x, i) => {
        if (x === targets[i]) return;
        cpu.copy(x, targets[i]!);
        x.dispose();
      });
    }
  });
}

/**
 * One step of stochastic gradient descent: `params` are overwritten. `buffers`, one for each parameter when there is
 * momentum, hold the momentum (row-major, of the parameter's shape and dtype); they need no values when `isFirst`.
 *
 * Throws {@link ShapeError} and {@link DTypeError} where sizes or dtypes differ, before anything is written.
 */
export function sgdUpdate(params: Tensors, grads: Tensors, buffers: Tensors, options: SgdOptions): void {
  const states = options.momentum === 0 ? [] : [buffers];
  checkAll("sgd", params, grads, states.length > 0 ? { "momentum buffer": buffers } : {});
  eachDtype(params, grads, states, (dense, rows, [held = []]) => cpu.sgd(dense, rows, held, options));
}

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1) or, with `isDecoupled`, AdamW (Loshchilov & Hutter 2019): `params`
 * and the running means `expAvgs` and `expAvgSqs` (row-major) are overwritten.
 *
 * Throws {@link ShapeError} and {@link DTypeError} where sizes or dtypes differ, before anything is written.
 */
export function adamUpdate(
  params: Tensors,
  grads: Tensors,
  [expAvgs, expAvgSqs]: readonly [Tensors, Tensors],
  options: AdamOptions,
): void {
  checkAll("adam", params, grads, { "running mean": expAvgs, "running mean of squares": expAvgSqs });
  eachDtype(params, grads, [expAvgs, expAvgSqs], (dense, rows, [means = [], squares = []]) =>
    cpu.adam(dense, rows, means, squares, options),
  );
}

/** Forgets a gradient. One that nobody has read gives its memory back at once; one that was read is its reader's. */
export function clearGrad(x: Tensor): void {
  const held = x[place];
  if (!held?.grad) return;
  if (!held.isGradExposed) held.grad.dispose();
  x.grad = null;
}
