/** The largest and the smallest: values, where they are, and whether any or all elements are not zero. */
import { cpu } from "@ag/kernels";
import { defineOp, defineOutputs } from "../define.ts";
import { checkComputes } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import { empty, full } from "../factories.ts";
import type { Op } from "../op.ts";
import { cast, type Dims, dropped, keptShape, type ReduceOptions, reduced } from "../reduction.ts";
import { dimOf, dimsOf, kept, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { div, maximum, minimum, mul } from "./arithmetic.ts";
import { eq, isnan, logicalAnd, logicalOr, ne } from "./compare.ts";
import { scatterAdd } from "./index.ts";
import { sum } from "./reduce.ts";
import { expand, reshape, unsqueeze } from "./view.ts";

/** Values and where they were, int64. */
export interface Extreme {
  readonly values: Tensor;
  readonly indices: Tensor;
}

type Kind = "max" | "min";

function refuseEmpty(op: string, x: Tensor, dims: Shape): void {
  if (dims.some((d) => x.shape[d] === 0) || (x.shape.length === 0 && sizeOf(x.shape) === 0))
    throw new ValueError(
      `${op}(): Expected reduction dim to be specified for input.numel() == 0: need at least one element; got shape [${x.shape.join(", ")}].`,
    );
}

/** Where the elements are the extreme one, as numbers that share the gradient equally. */
function tieShares(x: Tensor, out: Tensor, shape: Shape, dim: Dims, op: string): Tensor {
  const whole = expand(reshape(out, keptShape(shape, dim, op)), shape);
  const isMost = logicalOr(eq(x, whole), logicalAnd(isnan(x), isnan(whole)));
  const count = expand(reshape(sum(isMost, dim ?? null, { keepdim: true }), keptShape(shape, dim, op)), shape);
  return div(isMost, count);
}

const extremeGrad = (grad: Tensor, x: Tensor, out: Tensor, shape: Shape, dim: Dims, op: string): Tensor =>
  mul(expand(reshape(grad, keptShape(shape, dim, op)), shape), tieShares(x, out, shape, dim, op));

/* @__NO_SIDE_EFFECTS__ */
const extremeOfAll = (name: Kind): Op<[x: Tensor]> =>
  defineOp<[x: Tensor], readonly ["x"], { x: readonly ["x", "out"] }>({
    name,
    node: name === "max" ? "MaxBackward1" : "MinBackward1",
    inputs: ["x"],
    saves: { x: ["x", "out"] },
    forward: (x) => {
      refuseEmpty(name, x, dimsOf(null, x.shape.length, name));
      return reduced(name, x, null, { op: name });
    },
    derivative: { x: (grad, { x, out, shape }) => extremeGrad(grad, x, out, shape, null, name) },
  });

/** Puts the gradient of a chosen element back where it was. */
function chosenGrad(grad: Tensor, indices: Tensor, shape: Shape, dim: number, keepdim: boolean): Tensor {
  if (shape.length === 0) return grad;
  const [g, at] = keepdim ? [grad, indices] : [unsqueeze(grad, dim), unsqueeze(indices, dim)];
  return scatterAdd(full(shape, 0, { dtype: grad.dtype }), dim, at, g);
}

/* @__NO_SIDE_EFFECTS__ */
const extremeAlong = (name: Kind): Op<[x: Tensor, dim: number, options?: ReduceOptions], readonly Tensor[]> =>
  defineOutputs<
    [x: Tensor, dim: number, options?: ReduceOptions],
    readonly ["x"],
    readonly ["values", "indices"],
    { x: readonly ["indices"] }
  >({
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

function along(kind: Kind, x: Tensor, dim: number, keepdim: boolean): [values: Tensor, indices: Tensor] {
  checkComputes(kind, x.dtype);
  const d = dimOf(dim, x.shape.length, kind);
  if (x.shape.length === 0) return [cast(x, x.dtype).detach(), full([], 0n)];
  refuseEmpty(kind, x, [d]);
  const shape = kept(x.shape, [d]);
  const [values, indices] = [empty(shape, { dtype: x.dtype }), empty(shape, { dtype: "int64" })];
  cpu.argReduce(kind, x, d, values, indices);
  return keepdim ? [values, indices] : [dropped(values, [d]), dropped(indices, [d])];
}

interface ExtremeFunction {
  (x: Tensor): Tensor;
  (x: Tensor, other: Tensor): Tensor;
  (x: Tensor, dim: number, options?: ReduceOptions): Extreme;
}

type OfAll = ReturnType<typeof extremeOfAll>;
type Along = ReturnType<typeof extremeAlong>;
const maxOfAll: OfAll = extremeOfAll("max");
const minOfAll: OfAll = extremeOfAll("min");
const maxAlong: Along = extremeAlong("max");
const minAlong: Along = extremeAlong("min");

function extreme(
  x: Tensor,
  second: number | Tensor | undefined,
  options: ReduceOptions | undefined,
  [ofAll, along, ofTwo]: readonly [OfAll, Along, typeof maximum],
): Tensor | Extreme {
  if (second === undefined) return ofAll(x);
  if (typeof second === "object") return ofTwo(x, second);
  const [values, indices] = along(x, second, options) as [Tensor, Tensor];
  return { values, indices };
}

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
export const max: ExtremeFunction & { readonly entries: OfAll["entries"] } = Object.assign(
  ((x: Tensor, second?: number | Tensor, options?: ReduceOptions) =>
    extreme(x, second, options, [maxOfAll, maxAlong, maximum])) as ExtremeFunction,
  { entries: [...maxOfAll.entries, ...maxAlong.entries] },
);

/**
 * The smallest element; along a dimension `{ values, indices }`, the first one on ties; of two tensors as `minimum`. NaN wins.
 *
 * ```ts doctest
 * min(tensor([3, 1, 2])).item() // => 1
 * ```
 */
export const min: ExtremeFunction & { readonly entries: OfAll["entries"] } = Object.assign(
  ((x: Tensor, second?: number | Tensor, options?: ReduceOptions) =>
    extreme(x, second, options, [minOfAll, minAlong, minimum])) as ExtremeFunction,
  { entries: [...minOfAll.entries, ...minAlong.entries] },
);

/* @__NO_SIDE_EFFECTS__ */
const extremeOver = (name: "amax" | "amin"): Op<[x: Tensor, dim?: Dims, options?: ReduceOptions]> =>
  defineOp<[x: Tensor, dim?: Dims, options?: ReduceOptions], readonly ["x"], { x: readonly ["x", "out"] }>({
    name,
    inputs: ["x"],
    saves: { x: ["x", "out"] },
    forward: (x, dim, options) => {
      refuseEmpty(name, x, dimsOf(dim, x.shape.length, name));
      return reduced(name === "amax" ? "max" : "min", x, dim, { ...options, op: name });
    },
    derivative: { x: (grad, { x, out, shape }, dim) => extremeGrad(grad, x, out, shape, dim, name) },
  });

/**
 * The largest elements along the dimensions `dim`. Derivative: G, shared equally by ties.
 *
 * ```ts doctest
 * amax(tensor([[1, 3], [5, 2]]), 1).tolist() // => [3, 5]
 * ```
 */
export const amax: Op<[x: Tensor, dim?: Dims, options?: ReduceOptions]> = extremeOver("amax");

/**
 * The smallest elements along the dimensions `dim`. Derivative: G, shared equally by ties.
 *
 * ```ts doctest
 * amin(tensor([[1, 3], [5, 2]]), 1).tolist() // => [1, 2]
 * ```
 */
export const amin: Op<[x: Tensor, dim?: Dims, options?: ReduceOptions]> = extremeOver("amin");

function argExtreme(kind: Kind, x: Tensor, dim: number | null | undefined, { keepdim = false }: ReduceOptions): Tensor {
  const op = `arg${kind}`;
  checkComputes(op, x.dtype);
  if (dim === undefined || dim === null) {
    refuseEmpty(op, x, dimsOf(null, x.shape.length, op));
    const flat = reshape(x.detach(), [sizeOf(x.shape)]);
    const [values, indices] = along(kind, flat, 0, false);
    values.dispose();
    return keepdim
      ? reshape(
          indices,
          x.shape.map(() => 1),
        )
      : indices;
  }
  const [values, indices] = along(kind, x.detach(), dim, keepdim);
  values.dispose();
  return indices;
}

/**
 * Where the largest element is, int64; the first one on ties.
 *
 * ```ts doctest
 * argmax(tensor([[1, 3], [5, 2]]), 1).tolist() // => [1, 0]
 * ```
 */
export function argmax(x: Tensor, dim?: number | null, options: ReduceOptions = {}): Tensor {
  return argExtreme("max", x, dim, options);
}

/**
 * Where the smallest element is, int64; the first one on ties.
 *
 * ```ts doctest
 * argmin(tensor([3, 1, 2])).item() // => 1
 * ```
 */
export function argmin(x: Tensor, dim?: number | null, options: ReduceOptions = {}): Tensor {
  return argExtreme("min", x, dim, options);
}

/**
 * Whether any element (along `dim`) is not zero, as a bool tensor.
 *
 * ```ts doctest
 * any(tensor([false, true])).item() // => 1
 * ```
 */
export function any(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduced("max", ne(x, 0), dim, { ...options, op: "any" });
}

/**
 * Whether all elements (along `dim`) are not zero, as a bool tensor.
 *
 * ```ts doctest
 * all(tensor([false, true])).item() // => 0
 * ```
 */
export function all(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduced("min", ne(x, 0), dim, { ...options, op: "all" });
}

/**
 * Sorts along `dim` (the last), stable; NaN is the largest. Derivative: G, put back where each element came from.
 *
 * ```ts doctest
 * sort(tensor([3, 1, 2])).indices.tolist() // => [1, 2, 0]
 * ```
 */
export function sort(x: Tensor, dim = -1, { descending = false }: { readonly descending?: boolean } = {}): Extreme {
  const [values, indices] = sorted(x, dim, descending) as [Tensor, Tensor];
  return { values, indices };
}

const sorted: Op<[x: Tensor, dim: number, descending: boolean], readonly Tensor[]> = defineOutputs({
  name: "sort",
  inputs: ["x"],
  outputs: ["values", "indices"],
  saves: { x: ["indices"] },
  forward: (x, dim, descending) => {
    checkComputes("sort", x.dtype);
    const d = dimOf(dim, x.shape.length, "sort");
    if (x.shape.length === 0) return [cast(x, x.dtype).detach(), full([], 0n)];
    const [values, indices] = [empty(x.shape, { dtype: x.dtype }), empty(x.shape, { dtype: "int64" })];
    cpu.sort(x, d, descending, values, indices);
    return [values, indices];
  },
  derivative: {
    x: ([grad], { indices, shape }, dim) =>
      grad ? (shape.length === 0 ? grad : scatterAdd(full(shape, 0, { dtype: grad.dtype }), dim, indices, grad)) : null,
  },
});
