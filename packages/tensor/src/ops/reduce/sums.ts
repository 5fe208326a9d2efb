/** Sums and products: one number for many. Sums have a fixed order, so they give the same bits everywhere. */
import type { Algebra, DType, Formula } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { aDtype, aFlag, anyDims, aTensor, aWhole, extents } from "../../arguments/kinds.ts";
import { defineOp, overloads } from "../../core/define.ts";
import { DTypeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import type { Reduction, ReductionAlong } from "../../kinds/reduction.ts";
import { cast } from "../../layout/cast.ts";
import { dimOf, dimsOf, sizeOf } from "../../layout/shape.ts";
import { full } from "../../make/factories.ts";
import { fresh, freshLike } from "../../make/fresh.ts";
import { checkComputes, isFloating, toFloating } from "../../types/dtype.ts";
import { add, div, mul, sub, where } from "../pointwise/arithmetic.ts";
import { eq, isinf } from "../pointwise/compare.ts";
import { exp, log } from "../pointwise/functions.ts";
import { to } from "../shape/cast.ts";
import { cat, flip } from "../shape/join.ts";
import { expandOp } from "../shape/reshape.ts";
import { narrow, reshape } from "../shape/view.ts";
import { countOf, type Dims, dropped, keptShape, reduced, restored, spread } from "./reduction.ts";
import { type SumOptions, sumDim, sumType } from "./sum-dim.ts";

export type { SumOptions } from "./sum-dim.ts";

const summed = { keepdim: aFlag, dtype: aDtype };

/** Without a dimension, even `null`, and `keepdim` it is another operation on the tape, as in PyTorch. */
const isOfAll = (dim: Dims, options: SumOptions | undefined): boolean =>
  dim === undefined && options?.keepdim === undefined;

const sumAll: Op<[x: Tensor, dtype: DType | undefined]> = defineOp({
  name: "sum",
  inputs: ["x"],
  forward: (x, dtype) => reduced("sum", x, null, { dtype: sumType(x, dtype), op: "sum" }),
  derivative: { x: (grad, { shape }) => expandOp(grad, shape) },
});

/**
 * Sum of all elements, or along the dimensions `dim`. Whole numbers and booleans give int64.
 *
 * Throws {@link ValueError} for dimensions that do not exist.
 * Derivative: G, spread over what was summed.
 *
 * ```ts doctest
 * sum(tensor([[1, 2], [3, 4]])).item() // => 10
 * sum(tensor([[1, 2], [3, 4]]), 1, { keepdim: true }).tolist() // => [[3], [7]]
 * ```
 */
export const sum: Reduction<SumOptions> = overloads({
  name: "sum",
  takes: { x: aTensor, "dim?": anyDims, "options?": summed },
  ops: [sumAll, sumDim],
  call: (x, dim, options) => (isOfAll(dim, options) ? sumAll(x, options?.dtype) : sumDim(x, dim, options)),
});

const withoutNaN: Formula = (m, x) => m.select(m.eq(x!, x!), x!, 0);

/**
 * Sum in which NaN counts as 0, of all elements or along the dimensions `dim`. Whole numbers and booleans give int64.
 *
 * Throws {@link ValueError} for dimensions that do not exist.
 * Derivative: G, spread over what was summed; 0 at NaN.
 *
 * ```ts doctest
 * nansum(tensor([1, NaN, 2])).item() // => 3
 * ```
 */
export const nansum: Reduction<SumOptions> = defineOp({
  name: "nansum",
  inputs: ["x"],
  takes: { x: aTensor, "dim?": anyDims, "options?": summed },
  saves: { x: ["x"] },
  forward: (x, dim, options = {}) => {
    const dtype = sumType(x, options.dtype);
    return withScope(() => reduced("sum", cast(x, dtype), dim, { ...options, dtype, op: "nansum", of: withoutNaN }));
  },
  derivative: { x: (grad, { x, shape }, dim) => mul(restored(grad, shape, dim, "nansum"), eq(x, x)) },
});

function meanOf(x: Tensor, dim: Dims, options: SumOptions = {}): Tensor {
  const { dtype = x.dtype } = options;
  if (!isFloating(dtype))
    throw new DTypeError(
      "mean: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: " +
        `${kindOf(dtype)}. Use x.to("float32").`,
    );
  const total = reduced("sum", x, dim, { ...options, dtype, op: "mean" });
  const out = div(total, countOf(x.sizes, dim, "mean"));
  total.dispose();
  return out;
}

const meanAll: Op<[x: Tensor, dtype: DType | undefined]> = defineOp({
  name: "mean",
  inputs: ["x"],
  forward: (x, dtype = x.dtype) => meanOf(x, null, { dtype }),
  derivative: { x: (grad, { shape }) => div(expandOp(grad, shape), sizeOf(shape)) },
});

const meanDim: Op<[x: Tensor, dim: Dims, options?: SumOptions]> = defineOp({
  name: "mean",
  node: "MeanBackward1",
  inputs: ["x"],
  forward: meanOf,
  derivative: { x: (grad, { shape }, dim) => div(spread(grad, shape, dim, "mean"), countOf(shape, dim, "mean")) },
});

/**
 * Mean of all elements, or along the dimensions `dim`.
 *
 * Throws {@link DTypeError} for whole numbers, unless a floating dtype is given.
 * Derivative: G / count, spread.
 *
 * ```ts doctest
 * mean(tensor([[1, 2], [3, 4]]), 0).tolist() // => [2, 3]
 * ```
 */
export const mean: Reduction<SumOptions> = overloads({
  name: "mean",
  takes: { x: aTensor, "dim?": anyDims, "options?": summed },
  ops: [meanAll, meanDim],
  call: (x, dim, options) => (isOfAll(dim, options) ? meanAll(x, options?.dtype) : meanDim(x, dim, options)),
});

/** A product, and the sum of its parts: what follows is the derivative of the first along the second. */
interface Dual {
  readonly value: Tensor;
  readonly slope: Tensor;
}

/** The products of all elements before each one, by doubling: after k steps of the 2ᵏ before it. */
function productsBefore({ value, slope }: Dual, dim: number): Dual {
  const size = value.sizes[dim] as number;
  const shifted = (x: Tensor, by: number, first: number): Tensor => {
    const ahead = full(
      value.sizes.map((n, d) => (d === dim ? by : n)),
      first,
      { dtype: value.dtype },
    );
    return cat([ahead, narrow(x, dim, 0, size - by)], dim);
  };
  const moved = (x: Dual, by: number): Dual => ({ value: shifted(x.value, by, 1), slope: shifted(x.slope, by, 0) });
  let products = moved({ value, slope }, 1);
  for (let by = 1; by < size; by *= 2) products = times(products, moved(products, by));
  return products;
}

const times = (a: Dual, b: Dual): Dual => ({
  value: mul(a.value, b.value),
  slope: add(mul(a.value, b.slope), mul(a.slope, b.value)),
});

const flipped = ({ value, slope }: Dual, dim: number): Dual => ({ value: flip(value, dim), slope: flip(slope, dim) });

const isZero: Formula = (m, x) => m.eq(x, 0);
const withoutZeros: Formula = (m, x) => m.select(m.eq(x, 0), 1, x);
const isNotFinite: Formula = <T, C>(m: Algebra<T, C>, ...[x]: readonly T[]): C =>
  m.not(m.lt(m.abs(x!), Number.POSITIVE_INFINITY));
/** From the product of all, that of those that are not 0, and how many are 0 and not finite: 0 · ∞ is NaN, but beside `enough` zeros. */
const quotient: Formula = <T, C>(m: Algebra<T, C>, ...[x, all, others, zeros, infinite, enough]: readonly T[]): T => {
  const own = m.select(isNotFinite(m, x!) as C, 1, 0);
  const besideZero = m.select(m.or(m.eq(infinite!, own), m.lt(enough!, zeros!)), 0, Number.NaN);
  return m.select(
    m.eq(x!, 0),
    m.select(m.eq(zeros!, 1), others!, besideZero),
    m.select(m.eq(zeros!, 0), m.div(all!, x!), besideZero),
  );
};

/** Σ G·(the product of the others but one): the slope of the products of the others along G. */
function slopeOfOthers(x: Tensor, grad: Tensor, dim: number): Tensor {
  const dual = { value: x, slope: grad };
  const [before, after] = [productsBefore(dual, dim), flipped(productsBefore(flipped(dual, dim), dim), dim)];
  return times(before, after).slope;
}

/**
 * For each element the product of the others along `dim`, of which `out` is that of all: a quotient, but beside zeros.
 */
const productOfOthers: Op<[x: Tensor, out: Tensor, dim: number | null, enough?: number]> = defineOp({
  name: "prodBackward",
  inputs: ["x", "out"],
  saves: { x: ["x"] },
  forward: (x, whole, dim, enough = Number.POSITIVE_INFINITY) => {
    const out = freshLike(x);
    if (x.numel() === 0) return out;
    const others = reduced("prod", x, dim, { keepdim: true, op: "prod", of: withoutZeros });
    const zeros = reduced("sum", x, dim, { keepdim: true, op: "prod", of: isZero });
    const infinite = reduced("sum", x, dim, { keepdim: true, op: "prod", of: isNotFinite });
    kernels.pointwise(quotient, [x, whole, others, zeros, infinite, enough], out, x.dtype);
    for (const used of [others, zeros, infinite]) used.dispose();
    return out;
  },
  derivative: {
    x: (grad, { x }, dim) => {
      if (x.numel() === 0) return mul(grad, x);
      if (dim === null) return reshape(slopeOfOthers(reshape(x, [x.numel()]), reshape(grad, [x.numel()]), 0), x.sizes);
      return slopeOfOthers(x, grad, dim);
    },
    out: null,
  },
});

const prodAll: Op<[x: Tensor, dtype: DType | undefined]> = defineOp({
  name: "prod",
  inputs: ["x"],
  saves: { x: ["x", "out"] },
  forward: (x, dtype) => reduced("prod", x, null, { dtype: sumType(x, dtype), op: "prod" }),
  derivative: {
    x: (grad, { x, out, shape }) =>
      shape.length === 0 ? grad : mul(grad, productOfOthers(to(x, out.dtype), out, null, 1)),
  },
});

const prodDim: Op<[x: Tensor, dim: number, options?: SumOptions]> = defineOp({
  name: "prod",
  node: "ProdBackward1",
  inputs: ["x"],
  saves: { x: ["x", "out"] },
  forward: (x, dim, options) => reduced("prod", x, dim, { ...options, dtype: sumType(x, options?.dtype), op: "prod" }),
  derivative: {
    x: (grad, { x, out, shape }, dim) => {
      if (shape.length === 0) return grad;
      const others = productOfOthers(
        to(x, out.dtype),
        restored(out, shape, dim, "prod"),
        dimOf(dim, shape.length, "prod"),
      );
      return mul(restored(grad, shape, dim, "prod"), others);
    },
  },
});

/**
 * Product of all elements, or along the dimension `dim`. Whole numbers give int64.
 *
 * Derivative: G times the product of the other elements.
 *
 * ```ts doctest
 * prod(tensor([2, 3, 4])).item() // => 24
 * ```
 */
export const prod: Reduction<SumOptions, number> = overloads({
  name: "prod",
  takes: { x: aTensor, "dim?": [aWhole, null], "options?": summed },
  ops: [prodAll, prodDim],
  call: (x, dim, options) => {
    if (dim !== undefined && dim !== null) return prodDim(x, dim, options);
    const out = prodAll(x, options?.dtype);
    return options?.keepdim ? reshape(out, keptShape(x.sizes, null, "prod")) : out;
  },
});

/** The largest elements, 0 where they are infinite or there are none: what is subtracted before eˣ. */
function shiftOf(x: Tensor, dim: Dims): Tensor {
  if (x.numel() === 0) return full([], 0, { dtype: x.dtype });
  const most = reduced("max", x, dim, { keepdim: true, op: "logsumexp" });
  return where(isinf(most), 0, most);
}

/**
 * ln Σ eˣ along the dimensions `dim`, without overflow. Derivative: G · e^(x − out).
 *
 * ```ts doctest
 * logsumexp(tensor([1000, 1000]), 0).item() // => 1000.6931762695312
 * ```
 */
export const logsumexp: ReductionAlong = defineOp({
  name: "logsumexp",
  inputs: ["x"],
  takes: { x: aTensor, dim: extents, "options?": { keepdim: aFlag } },
  saves: { x: ["x", "out"] },
  forward: (tracked, dim, { keepdim = false } = {}) => {
    checkComputes("logsumexp", tracked.dtype);
    const dims = dimsOf(dim, tracked.sizes.length, "logsumexp");
    return withScope(() => {
      const x = cast(tracked.detach(), toFloating(tracked.dtype));
      const shift = shiftOf(x, dim);
      const powers = exp.inPlace(sub(x, shift));
      const total = reduced("sum", powers, dim, { keepdim: true, op: "logsumexp" });
      const out = add.inPlace(log.inPlace(total), shift);
      return keepdim ? out : dropped(out, dims);
    });
  },
  derivative: {
    x: (grad, { x, out, shape }, dim) =>
      mul(restored(grad, shape, dim, "logsumexp"), exp(sub(x, restored(out, shape, dim, "logsumexp")))),
  },
});

/**
 * Running sum along `dim`. Whole numbers give int64. Derivative: the running sum of G from the other end.
 *
 * ```ts doctest
 * cumsum(tensor([1, 2, 3]), 0).tolist() // => [1, 3, 6]
 * ```
 */
export const cumsum: Same<[dim: number, options?: Pick<SumOptions, "dtype">]> = defineOp({
  name: "cumsum",
  inputs: ["x"],
  takes: { x: aTensor, dim: aWhole, "options?": { dtype: aDtype } },
  forward: (x, dim, options) => {
    const dtype = sumType(x, options?.dtype);
    checkComputes("cumsum", x.dtype);
    checkComputes("cumsum", dtype);
    const d = dimOf(dim, x.sizes.length, "cumsum");
    const source = cast(x, dtype);
    const out = fresh(x.sizes, dtype);
    if (x.sizes.length === 0) kernels.copy(source, out);
    else kernels.cumsum(source, d, out);
    if (source !== x) source.dispose();
    return out;
  },
  derivative: {
    x: (grad, { shape }, dim) => (shape.length === 0 ? grad : flip(cumsum(flip(grad, dim), dim), dim)),
  },
});
