/**
 * How do optimizers change parameters? By a rule, in one fused kernel call for a whole group. Every check comes before the
 * first write; what is not row-major is updated in a copy. Nothing here is recorded: callers are under `noGrad`.
 */
import { isStorageOnly, type Rule } from "@ag/kernels";
import { refuseOverlapping } from "../core/elementwise.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import * as kernels from "../core/kernels.ts";
import { place } from "../core/place.ts";
import type { Tensor } from "../core/tensor.ts";
import { writing } from "../core/writing.ts";
import { denseCopy, withDense } from "../layout/dense.ts";
import { sameShape, showShape } from "../layout/shape.ts";

type Tensors = readonly Tensor[];

/** Parameters, the gradient of each, and by name what is remembered of each. */
export interface UpdateGroup {
  readonly params: Tensors;
  readonly grads: Tensors;
  readonly states: Readonly<Record<string, Tensors>>;
}

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

function checkAll(op: string, { params, grads, states }: UpdateGroup): void {
  const kinds = Object.keys(states);
  for (const [i, param] of params.entries()) {
    checkParam(op, param);
    checkMate(op, "gradient", param, grads[i]!);
    for (const what of kinds) {
      const state = states[what]![i]!;
      checkMate(op, what, param, state);
      if (!state.isContiguous())
        throw new ShapeError(`${op}: need a ${what} in row-major order; got strides ${showShape(state.strides)}.`);
    }
  }
}

/**
 * Parameters and states (row-major, of the parameter's shape and dtype) become what the rule makes of these arrays: the
 * parameter, the states in their order, and the gradient.
 *
 * Throws {@link ShapeError} and {@link DTypeError} where sizes or dtypes differ, before anything is written.
 */
export function update(op: string, rule: Rule, group: UpdateGroup, scalars: readonly number[]): void {
  checkAll(op, group);
  const { params, grads } = group;
  const states = Object.values(group.states);
  writing([...params, ...states.flat()], () => {
    const dense = params.map((x) => (x.isContiguous() ? x : denseCopy(x)));
    withDense(grads, (...rows) => kernels.update(rule, [dense, ...states, rows], scalars));
    dense.forEach((x, i) => {
      if (x === params[i]) return;
      kernels.copy(x, params[i]!);
      x.dispose();
    });
  });
}

/** Forgets a gradient. One that nobody has read gives its memory back at once; one that was read is its reader's. */
export function clearGrad(x: Tensor): void {
  const held = x[place];
  if (!held?.grad) return;
  if (!held.isGradExposed) held.grad.dispose();
  x.grad = null;
}
