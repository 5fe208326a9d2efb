/** The largest and the smallest: values, where they are, and whether any or all elements are not zero. */

import { defineFunction } from "../../arguments/checked.ts";
import { aFlag, anyDims, aTensor, aWhole } from "../../arguments/kinds.ts";
import { defineOp, defineOutputs } from "../../core/define.ts";
import { DTypeError } from "../../core/errors.ts";
import { isSet } from "../../core/formulas.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Sorting } from "../../kinds/elementwise.ts";
import type { Extremal, Reduction } from "../../kinds/reduction.ts";
import { cast } from "../../layout/cast.ts";
import { cloneLike } from "../../layout/clone-like.ts";
import { dimOf, kept, type Shape, sizeOf } from "../../layout/shape.ts";
import { full } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes } from "../../types/dtype.ts";
import { scatterAdd } from "../index/gather.ts";
import { div, mul, where } from "../pointwise/arithmetic.ts";
import { maximum, minimum } from "../pointwise/bounds.ts";
import { eq, isnan, logicalAnd, logicalOr } from "../pointwise/compare.ts";
import { contiguous } from "../shape/cast.ts";
import { reshape, unsqueeze } from "../shape/view.ts";
import { type Dims, dropped, type ReduceOptions, reduced, refuseEmpty, restored } from "./reduction.ts";
import { sum } from "./sums.ts";

const keeping = { keepdim: aFlag };

/** Values and where they were, int64. */
export interface Extreme<T extends Tensor = Tensor> {
  readonly values: T;
  readonly indices: T;
}

type Kind = "max" | "min";

/** The gradient of an extreme over several dimensions: the elements that are it share it equally. */
function sharedGrad(grad: Tensor, isMost: Tensor, shape: Shape, dim: Dims, op: string): Tensor {
  const ties = sum(isMost, dim ?? null, { keepdim: true });
  return where(contiguous(isMost), div(restored(grad, shape, dim, op), ties), 0);
}

/* @__NO_SIDE_EFFECTS__ */
const extremeOfAll = (name: Kind): Op<[x: Tensor]> =>
  defineOp({
    name,
    node: name === "max" ? "MaxBackward1" : "MinBackward1",
    inputs: ["x"],
    saves: { x: ["x", "out"] },
    forward: (x) => {
      refuseEmpty(name, x, null);
      return reduced(name, x, null, { op: name });
    },
    derivative: {
      x: (grad, { x, out, shape }) =>
        sharedGrad(grad, logicalOr(eq(x, out), logicalAnd(isnan(x), isnan(out))), shape, null, name),
    },
  });

/** Puts the gradient of a chosen element back where it was. */
function chosenGrad(grad: Tensor, indices: Tensor, shape: Shape, dim: number, keepdim: boolean): Tensor {
  if (shape.length === 0) return grad;
  const [g, at] = keepdim ? [grad, indices] : [unsqueeze(grad, dim), unsqueeze(indices, dim)];
  return scatterAdd(full(shape, 0, { dtype: grad.dtype }), dim, at, g);
}

/* @__NO_SIDE_EFFECTS__ */
const extremeAlong = (name: Kind): Op<[x: Tensor, dim: number, options?: ReduceOptions], Extreme> =>
  defineOutputs({
    name,
    node: name === "max" ? "MaxBackward0" : "MinBackward0",
    inputs: ["x"],
    outputs: ["values", "indices"],
    saves: { x: ["indices"] },
    forward: (x, dim, { keepdim = false } = {}) => along(name, x, dim, keepdim),
    derivative: {
      x: ([grad], { indices, shape }, dim, { keepdim = false } = {}) =>
        grad ? chosenGrad(grad, indices, shape, dimOf(dim, shape.length, name), keepdim) : null,
    },
  });

/** Along the one dimension a scalar has in thought, it is itself. */
const alone = (x: Tensor): Extreme => ({ values: cloneLike(x, x), indices: full([], 0n) });

function along(kind: Kind, x: Tensor, dim: number, keepdim: boolean, op: string = kind): Extreme {
  checkComputes(op, x.dtype);
  const d = dimOf(dim, x.sizes.length, op);
  if (x.sizes.length === 0) return alone(x);
  refuseEmpty(op, x, d);
  const shape = kept(x.sizes, [d]);
  const [values, indices] = [fresh(shape, x.dtype), fresh(shape, "int64")];
  kernels.argReduce(kind, x, d, values, indices);
  return keepdim ? { values, indices } : { values: dropped(values, [d]), indices: dropped(indices, [d]) };
}

type OfAll = ReturnType<typeof extremeOfAll>;
type Along = ReturnType<typeof extremeAlong>;
const maxOfAll: OfAll = extremeOfAll("max");
const minOfAll: OfAll = extremeOfAll("min");
const maxAlong: Along = extremeAlong("max");
const minAlong: Along = extremeAlong("min");

/* @__NO_SIDE_EFFECTS__ */
const extremeFunction = (name: Kind, [ofAll, ofDim, ofTwo]: readonly [OfAll, Along, typeof maximum]): Extremal =>
  defineFunction({
    name,
    takes: { x: aTensor, "dim?": [aWhole, aTensor], "options?": keeping },
    call: (x: Tensor, second?: number | Tensor, options?: ReduceOptions) => {
      if (second === undefined) return ofAll(x);
      if (typeof second === "object") return ofTwo(x, second);
      return ofDim(x, second, options);
    },
  });

/**
 * The largest element; along a dimension `{ values, indices }`, the first one on ties; of two tensors as `maximum`. NaN wins.
 *
 * Derivative: G at the chosen element; over all elements ties share it equally.
 *
 * ```ts doctest
 * max(tensor([1, 3, 2])).item() // => 3
 * max(tensor([[1, 3], [5, 2]]), 1).indices.tolist() // => [1, 0]
 * ```
 */
export const max: Extremal = Object.assign(extremeFunction("max", [maxOfAll, maxAlong, maximum]), {
  entries: [...maxOfAll.entries, ...maxAlong.entries],
});

/**
 * The smallest element; along a dimension `{ values, indices }`, the first one on ties; of two tensors as `minimum`. NaN wins.
 *
 * ```ts doctest
 * min(tensor([3, 1, 2])).item() // => 1
 * ```
 */
export const min: Extremal = Object.assign(extremeFunction("min", [minOfAll, minAlong, minimum]), {
  entries: [...minOfAll.entries, ...minAlong.entries],
});

/* @__NO_SIDE_EFFECTS__ */
const extremeOver = (name: "amax" | "amin"): Reduction =>
  defineOp({
    name,
    inputs: ["x"],
    takes: { x: aTensor, "dim?": anyDims, "options?": keeping },
    saves: { x: ["x", "out"] },
    forward: (x, dim, options) => {
      refuseEmpty(name, x, dim);
      return reduced(name === "amax" ? "max" : "min", x, dim, { ...options, op: name });
    },
    derivative: {
      x: (grad, { x, out, shape }, dim) => {
        const isMost = eq(x, restored(out, shape, dim, name));
        const ties = sum(isMost, dim ?? null, { keepdim: true });
        return div(mul(restored(grad, shape, dim, name), isMost), ties); // NaN where the extreme is NaN, as in PyTorch
      },
    },
  });

/**
 * The largest elements along the dimensions `dim`. Derivative: G, shared equally by ties.
 *
 * ```ts doctest
 * amax(tensor([[1, 3], [5, 2]]), 1).tolist() // => [3, 5]
 * ```
 */
export const amax: Reduction = extremeOver("amax");

/**
 * The smallest elements along the dimensions `dim`. Derivative: G, shared equally by ties.
 *
 * ```ts doctest
 * amin(tensor([[1, 3], [5, 2]]), 1).tolist() // => [1, 2]
 * ```
 */
export const amin: Reduction = extremeOver("amin");

function argExtreme(kind: Kind, x: Tensor, dim: number | null | undefined, { keepdim = false }: ReduceOptions): Tensor {
  const op = `arg${kind}`;
  if (x.dtype === "bool")
    throw new DTypeError(`${op}: ${op}(): does not support bool input: need numbers. Use x.to("uint8").`);
  const isOfAll = dim === undefined || dim === null;
  if (isOfAll) refuseEmpty(op, x, null);
  return withScope(() => {
    const plain = x.detach();
    if (!isOfAll) return along(kind, plain, dim, keepdim, op).indices;
    const { indices } = along(kind, reshape(plain, [sizeOf(x.sizes)]), 0, false, op);
    return keepdim
      ? reshape(
          indices,
          x.sizes.map(() => 1),
        )
      : indices;
  });
}

/**
 * Where the largest element is, int64; the first one on ties.
 *
 * ```ts doctest
 * argmax(tensor([[1, 3], [5, 2]]), 1).tolist() // => [1, 0]
 * ```
 */
export const argmax: Reduction<ReduceOptions, number> = defineFunction({
  name: "argmax",
  takes: { x: aTensor, "dim?": [aWhole, null], "options?": keeping },
  call: (x, dim, options = {}) => argExtreme("max", x, dim, options),
});

/**
 * Where the smallest element is, int64; the first one on ties.
 *
 * ```ts doctest
 * argmin(tensor([3, 1, 2])).item() // => 1
 * ```
 */
export const argmin: Reduction<ReduceOptions, number> = defineFunction({
  name: "argmin",
  takes: { x: aTensor, "dim?": [aWhole, null], "options?": keeping },
  call: (x, dim, options = {}) => argExtreme("min", x, dim, options),
});

function truth(kind: Kind, x: Tensor, dim: Dims, options: ReduceOptions, op: string): Tensor {
  return withScope(() => {
    const out = reduced(kind, x, dim, { ...options, dtype: "bool", op, of: isSet });
    return x.dtype === "uint8" ? cast(out, "uint8") : out;
  });
}

/**
 * Whether any element (along `dim`) is not zero, as bool; uint8 stays uint8.
 *
 * ```ts doctest
 * any(tensor([false, true])).tolist() // => true
 * ```
 */
export const any: Reduction = defineFunction({
  name: "any",
  takes: { x: aTensor, "dim?": anyDims, "options?": keeping },
  call: (x, dim, options = {}) => truth("max", x, dim, options, "any"),
});

/**
 * Whether all elements (along `dim`) are not zero, as bool; uint8 stays uint8.
 *
 * ```ts doctest
 * all(tensor([false, true])).tolist() // => false
 * ```
 */
export const all: Reduction = defineFunction({
  name: "all",
  takes: { x: aTensor, "dim?": anyDims, "options?": keeping },
  call: (x, dim, options = {}) => truth("min", x, dim, options, "all"),
});

/**
 * Sorts along `dim` (the last), stable; NaN is the largest. Derivative: G, put back where each element came from.
 *
 * ```ts doctest
 * sort(tensor([3, 1, 2])).indices.tolist() // => [1, 2, 0]
 * ```
 */
export const sort: Sorting<[dim?: number, options?: { readonly descending?: boolean }]> = defineFunction({
  name: "sort",
  takes: { x: aTensor, "dim?": aWhole, "options?": { descending: aFlag } },
  call: (x, dim = -1, { descending = false } = {}) => sortOp(x, dim, descending),
});

const sortOp: Op<[x: Tensor, dim: number, descending: boolean], Extreme> = defineOutputs({
  name: "sort",
  inputs: ["x"],
  outputs: ["values", "indices"],
  saves: { x: ["indices"] },
  forward: (x, dim, descending) => {
    checkComputes("sort", x.dtype);
    const d = dimOf(dim, x.sizes.length, "sort");
    if (x.sizes.length === 0) return alone(x);
    const [values, indices] = [fresh(x.sizes, x.dtype), fresh(x.sizes, "int64")];
    kernels.sort(x, d, descending, values, indices);
    return { values, indices };
  },
  derivative: {
    x: ([grad], { indices, shape }, dim) =>
      grad ? (shape.length === 0 ? grad : scatterAdd(full(shape, 0, { dtype: grad.dtype }), dim, indices, grad)) : null,
  },
});
