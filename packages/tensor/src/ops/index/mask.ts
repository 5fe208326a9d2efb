/** Elements chosen by conditions and by place. */

import type { Formula, View } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { anOperand, aTensor, aWhole } from "../../arguments/kinds.ts";
import { needTogether } from "../../core/creating.ts";
import { defineOp, pointwise } from "../../core/define.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op, PointwiseOp } from "../../core/op.ts";
import { type Operand, reshaped, Tensor } from "../../core/tensor.ts";
import { warnOnce } from "../../core/warn.ts";
import type { Overwriting, Same, Stretching } from "../../kinds/elementwise.ts";
import { stretched, withDense } from "../../layout/dense.ts";
import { broadcast, type Shape, sizeOf } from "../../layout/shape.ts";
import { full, tensor } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { where } from "../pointwise/arithmetic.ts";
import { any } from "../reduce/extremes.ts";
import { sum } from "../reduce/sums.ts";
import { to } from "../shape/cast.ts";
import { expand, narrow, reshape } from "../shape/view.ts";
import { indexAdd } from "./gather.ts";
import { positionsOf, row } from "./indices.ts";

type Scalar = number | bigint | boolean;
type Filled = readonly [x: Tensor, mask: Tensor, value: number | bigint | boolean | Tensor];

/** Only to write in place: a new result is row-major in PyTorch, whatever the input is. */
const fillInPlace: PointwiseOp<[x: Tensor, mask: Tensor, value: Scalar]> = pointwise({
  name: "maskedFill",
  inputs: ["x", "mask"],
  saves: { x: ["mask"] },
  formula: (m, x, mask, value) => m.select(m.ne(mask!, 0), value!, x!),
  parameters: (value) => [value],
  derivative: { x: (grad, { mask }) => maskedFillNumber(grad, mask, 0), mask: null },
});

/** The gradient of the value, which went to many places. */
const valueGrad = (grad: Tensor, { mask }: { readonly mask: Tensor }): Tensor => sum(where(mask, grad, 0));

const fillTensorInPlace: PointwiseOp<[x: Tensor, mask: Tensor, value: Tensor]> = pointwise({
  name: "maskedFill",
  node: "MaskedFillBackward1",
  inputs: ["x", "mask", "value"],
  saves: { x: ["mask"], value: ["mask"] },
  formula: (m, x, mask, value) => m.select(m.ne(mask!, 0), value!, x!),
  derivative: { x: (grad, { mask }) => maskedFillNumber(grad, mask, 0), mask: null, value: valueGrad },
});

function filled(x: Tensor, mask: Tensor, value: Tensor | Scalar): Tensor {
  const out = fresh(broadcast(x.sizes, mask.sizes), x.dtype);
  kernels.pointwise(chosen, [x, mask, typeof value === "boolean" ? Number(value) : value], out, out.dtype);
  return out;
}

const maskedFillNumber: Op<[x: Tensor, mask: Tensor, value: Scalar]> = defineOp({
  name: "maskedFill",
  inputs: ["x", "mask"],
  saves: { x: ["mask"] },
  forward: (x, mask, value) => filled(x, mask, value),
  derivative: { x: (grad, { mask }) => maskedFillNumber(grad, mask, 0), mask: null },
});

const maskedFillTensor: Op<[x: Tensor, mask: Tensor, value: Tensor]> = defineOp({
  name: "maskedFill",
  node: "MaskedFillBackward1",
  inputs: ["x", "mask", "value"],
  saves: { x: ["mask"], value: ["mask"] },
  forward: (x, mask, value) => filled(x, mask, value),
  derivative: {
    x: (grad, { mask }) => maskedFillNumber(grad, mask, 0),
    mask: null,
    value: valueGrad,
  },
});

const chosen: Formula = (m, x, mask, value) => m.select(m.ne(mask, 0), value, x);

function checkFill(op: string, ...[x, mask, value]: Filled): void {
  checkComputes(op, x.dtype);
  if (mask.dtype !== "bool")
    throw new DTypeError(
      `${op}: masked_fill_ only supports boolean masks, but got mask with dtype ${kindOf(mask.dtype).toLowerCase()}: need bool.`,
    );
  if (value instanceof Tensor && value.sizes.length > 0)
    throw new ShapeError(
      `${op}: masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.sizes.length} dimension(s).`,
    );
}

/**
 * `x` with `value` (a number, or a tensor without dimensions) where the mask is true.
 *
 * Shapes: broadcast.
 * Throws {@link DTypeError} unless the mask is bool, {@link ShapeError} for sizes that do not fit.
 * Derivative: G where the mask is false; the sum of G where it is true.
 *
 * ```ts doctest
 * maskedFill(tensor([1, 2]), tensor([true, false]), 9).tolist() // => [9, 2]
 * ```
 */
export const maskedFill: Stretching<[value: Operand], Tensor, Tensor> = defineFunction({
  name: "maskedFill",
  takes: { x: aTensor, mask: aTensor, value: anOperand },
  call: (x, mask, value) => {
    checkFill("maskedFill", x, mask, value);
    return value instanceof Tensor ? maskedFillTensor(x, mask, value) : maskedFillNumber(x, mask, value);
  },
});

/**
 * As {@link maskedFill}, in place.
 *
 * ```ts doctest
 * maskedFill_(zeros(2), tensor([true, false]), 9).tolist() // => [9, 0]
 * ```
 */
export const maskedFill_: Overwriting<[mask: Tensor, value: Operand]> = defineFunction({
  name: "maskedFill_",
  takes: { x: aTensor, mask: aTensor, value: anOperand },
  call: (x, mask, value) => {
    checkFill("maskedFill_", x, mask, value);
    const repeated = x.sizes.flatMap((size, d) => (size > 1 && x.strides[d] === 0 ? [d] : []));
    if (repeated.length > 0) warnOnce(ofExpanded);
    const [target, where] = repeated.length === 0 ? [x, mask] : whole(x, mask, repeated);
    if (value instanceof Tensor)
      fillTensorInPlace.inPlace(target, where, isFloating(x.dtype) ? value : to(value, x.dtype));
    else fillInPlace.inPlace(target, where, value);
    return x;
  },
});

const ofExpanded =
  "Use of masked_fill_ on expanded tensors is deprecated. Use x.clone() first: one element of the memory stands for several.";

/** What an expanded tensor repeats, once, and where the mask is true for any of its places. */
function whole(x: Tensor, mask: Tensor, repeated: readonly number[]): readonly [Tensor, Tensor] {
  const once = repeated.reduce((part, d) => narrow(part, d, 0, 1), x);
  return [once, any(expand(mask, x.sizes), repeated, { keepdim: true })];
}

/**
 * The positions of the elements that are not 0, in row-major order, int64.
 *
 * Shapes: k such elements of a tensor with r dimensions → [k, r].
 *
 * ```ts doctest
 * nonzero(tensor([[0, 5], [6, 0]])).tolist() // => [[0, 1], [1, 0]]
 * ```
 */
export const nonzero: (x: Tensor) => Tensor = defineFunction({
  name: "nonzero",
  takes: { x: aTensor },
  call: (x) => {
    return positionsOf(x);
  },
});

/** Where a mask is true, counted in row-major order. */
const truths = (mask: View): Tensor =>
  withDense([mask], (dense) => {
    const places = positionsOf(row(dense));
    return reshaped(places, [places.sizes[0]!]);
  });

const maskedSelectOp: Op<[x: Tensor, places: Tensor, shape: Shape]> = defineOp({
  name: "maskedSelect",
  inputs: ["x", "places"],
  saves: { x: ["places"] },
  forward: (x, places, shape) => {
    const out = fresh(places.sizes, x.dtype);
    withDense([stretched(x, shape)], (dense) => {
      kernels.gather(row(dense), places, out, { dim: 0 });
    });
    return out;
  },
  derivative: {
    x: (grad, { places }, shape) =>
      reshape(indexAdd(full([sizeOf(shape)], 0, { dtype: grad.dtype }), 0, places, grad), shape),
    places: null,
  },
});

/**
 * The elements where the mask is true, as a vector.
 *
 * Shapes: broadcast → [k].
 * Throws {@link DTypeError} unless the mask is bool.
 * Derivative: zeros with G at those places.
 *
 * ```ts doctest
 * maskedSelect(tensor([1, 2, 3]), tensor([true, false, true])).tolist() // => [1, 3]
 * ```
 */
export const maskedSelect: (x: Tensor, mask: Tensor) => Tensor = defineFunction({
  name: "maskedSelect",
  takes: { x: aTensor, mask: aTensor },
  call: (x, mask) => {
    needTogether("maskedSelect", x, mask);
    if (mask.dtype !== "bool")
      throw new DTypeError(`maskedSelect: masked_select: expected BoolTensor for mask: need bool; got ${mask.dtype}.`);
    const shape = broadcast(x.sizes, mask.sizes);
    const places = truths(stretched(mask, shape));
    const out = maskedSelectOp(x, places, shape);
    places.dispose(); // the node holds what it reads
    return out;
  },
});

const kept: Formula = (m, x, mask) => m.select(m.ne(mask, 0), x, 0);

/** Zeros above or below a diagonal of the last two dimensions. */
function triangle(x: Tensor, isKept: (column: number, row: number) => boolean): Tensor {
  const [rows, columns] = [x.sizes.at(-2)!, x.sizes.at(-1)!];
  const out = fresh(x.sizes, x.dtype);
  const flags = Uint8Array.from({ length: rows * columns }, (_, i) =>
    Number(isKept(i % columns, Math.floor(i / columns))),
  );
  const mask = reshaped(tensor(flags, { dtype: x.dtype }), [rows, columns]);
  if (out.numel() > 0) kernels.pointwise(kept, [x, mask], out, out.dtype);
  mask.dispose();
  return out;
}

function checkTriangle(op: string, x: Tensor): void {
  checkComputes(op, x.dtype);
  if (x.sizes.length < 2)
    throw new ShapeError(`${op}: input tensor must have at least 2 dimensions; got ${x.sizes.length}.`);
}

/**
 * The lower triangle of the last two dimensions: zeros above diagonal number `diagonal` (0 the main one, 1 above it).
 *
 * Throws {@link ShapeError} for fewer dimensions.
 * Derivative: the same triangle of G.
 *
 * ```ts doctest
 * tril(ones(2, 2)).tolist() // => [[1, 0], [1, 1]]
 * ```
 */
export const tril: Same<[diagonal?: number]> = defineOp({
  name: "tril",
  inputs: ["x"],
  takes: { x: aTensor, "diagonal?": aWhole },
  forward: (x, diagonal = 0) => {
    checkTriangle("tril", x);
    return triangle(x, (column, at) => column - at <= diagonal);
  },
  derivative: { x: (grad, _saved, diagonal = 0) => tril(grad, diagonal) },
});

/**
 * The upper triangle of the last two dimensions: zeros below diagonal number `diagonal`.
 *
 * Throws {@link ShapeError} for fewer dimensions.
 * Derivative: the same triangle of G.
 *
 * ```ts doctest
 * triu(ones(2, 2)).tolist() // => [[1, 1], [0, 1]]
 * ```
 */
export const triu: Same<[diagonal?: number]> = defineOp({
  name: "triu",
  inputs: ["x"],
  takes: { x: aTensor, "diagonal?": aWhole },
  forward: (x, diagonal = 0) => {
    checkTriangle("triu", x);
    return triangle(x, (column, at) => column - at >= diagonal);
  },
  derivative: { x: (grad, _saved, diagonal = 0) => triu(grad, diagonal) },
});
