/** Rows of a table, and classes as rows of zeros and a one. */
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aTensor, aWhole } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError, IndexError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import { withDense } from "../../layout/dense.ts";
import { type Shape, showShape } from "../../layout/shape.ts";
import { selected } from "../../layout/strides.ts";
import { full, tensor } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { numberOf } from "../../make/read.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { mul } from "../pointwise/arithmetic.ts";
import { reduced } from "../reduce/reduction.ts";
import { to } from "../shape/cast.ts";
import { reshape } from "../shape/view.ts";
import { along, row } from "./indices.ts";

/** The rows of a table, for a tensor of indices of any shape. */
const embeddingOp: Op<[weight: Tensor, index: Tensor, paddingIdx: number]> = defineOp({
  name: "embedding",
  inputs: ["weight", "index"],
  saves: { weight: ["index"] },
  forward: (weight, index, _paddingIdx) => {
    const out = fresh([...index.sizes, weight.sizes[1]!], weight.dtype);
    const rows = { ...row(out), sizes: [index.numel(), weight.sizes[1]!], strides: [weight.sizes[1]!, 1] };
    const count = weight.sizes[0]!;
    withDense([index], (places) =>
      kernels.gather(
        weight,
        along(row(places), 0, rows.sizes),
        rows,
        { dim: 0 },
        (i) => new IndexError(`embedding: index out of range in self: got ${i} for ${count} rows.`),
      ),
    );
    return out;
  },
  derivative: {
    weight: (grad, { index, shape }, paddingIdx) => embeddingBackward(grad, index, shape, paddingIdx),
    index: null,
  },
});

/** Zeros with the rows of `grad` added at the indices, except at the padding's. */
const embeddingBackward: Op<[grad: Tensor, index: Tensor, shape: Shape, paddingIdx: number]> = defineOp({
  name: "embeddingDenseBackward",
  inputs: ["grad", "index"],
  saves: { grad: ["index"] },
  forward: (grad, index, shape, paddingIdx) => {
    const out = full(shape, 0, { dtype: grad.dtype });
    const width = shape[1]!;
    withDense([grad, index], (from, places) => {
      const rows = { ...row(from), sizes: [places.numel(), width], strides: [width, 1] };
      if (from.numel() > 0) kernels.scatter("add", out, along(row(places), 0, rows.sizes), rows, { dim: 0 });
    });
    const { storage, dtype } = out;
    if (paddingIdx >= 0) kernels.fill({ storage, dtype, ...selected(out, 0, paddingIdx) }, 0);
    return out;
  },
  derivative: {
    grad: (grad, { index }, _shape, paddingIdx) => embeddingOp(withoutRow(grad, paddingIdx), index, paddingIdx),
    index: null,
  },
});

/** `x` with zeros in one row. */
function withoutRow(x: Tensor, index: number): Tensor {
  if (index < 0) return x;
  const kept = Uint8Array.from({ length: x.sizes[0]! }, (_, i) => Number(i !== index));
  return mul(x, reshape(tensor(kept, { dtype: x.dtype }), -1, 1));
}

export interface EmbeddingOptions {
  /** The row of this index gets no gradient. */
  readonly paddingIdx?: number | null;
}

/**
 * The rows of `weight` at the indices.
 *
 * Shapes: `index` […], `weight` [n, d] → […, d].
 * Throws {@link IndexError} for an index outside of the table, {@link DTypeError} unless indices are int32 or int64.
 * Derivative: zeros with the rows of G added at the indices.
 *
 * ```ts doctest
 * embedding(tensor([1n, 0n]), tensor([[1, 2], [3, 4]])).tolist() // => [[3, 4], [1, 2]]
 * ```
 */
export const embedding: FunctionOnly<(index: Tensor, weight: Tensor, options?: EmbeddingOptions) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "embedding",
      takes: { index: aTensor, weight: aTensor, "options?": { "paddingIdx?": [aWhole, null] } },
      call: (index, weight, { paddingIdx = null } = {}) => {
        if (index.dtype !== "int64" && index.dtype !== "int32")
          throw new DTypeError(
            "embedding: Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got " +
              `${kindOf(index.dtype)} instead (expected scalar type Long). Use tensor([…], { dtype: "int64" }).`,
          );
        if (weight.sizes.length !== 2)
          throw new ShapeError(`embedding: 'weight' must be 2-D: need [n, d]; got ${showShape(weight.sizes)}.`);
        const count = weight.sizes[0]!;
        if (paddingIdx !== null && !(paddingIdx >= -count && paddingIdx < count))
          throw new ValueError(
            `embedding: Padding_idx must be within num_embeddings: need −${count} to ${count - 1}; got ${paddingIdx}.`,
          );
        const padding = paddingIdx === null ? -1 : paddingIdx < 0 ? paddingIdx + count : paddingIdx;
        return withScope(() => embeddingOp(weight, to(index, "int64"), padding));
      },
    }),
  );

/**
 * Classes as rows of zeros with a one at the class, int64. Without `numClasses` there are as many as the largest class needs.
 *
 * Shapes: […] → […, numClasses].
 * Throws {@link ValueError} for classes outside, {@link DTypeError} unless they are int64.
 *
 * ```ts doctest
 * oneHot(tensor([1n, 0n]), 2).tolist() // => [[0, 1], [1, 0]]
 * ```
 */
export const oneHot: FunctionOnly<(classes: Tensor, numClasses?: number) => Tensor> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "oneHot",
    takes: { classes: aTensor, "numClasses?": aWhole },
    call: (classes, numClasses = -1) => {
      if (classes.dtype !== "int64")
        throw new DTypeError(
          `oneHot: one_hot is only applicable to index tensor of type LongTensor: need int64; got ${classes.dtype}.`,
        );
      if (classes.numel() === 0 && numClasses <= 0)
        throw new ValueError("oneHot: Can not infer total number of classes from empty tensor: need numClasses.");
      if (numClasses === 0 || numClasses < -1 || !Number.isInteger(numClasses))
        throw new ValueError(`oneHot: num_classes should be positive: need a whole number; got ${numClasses}.`);
      return withScope(() => {
        const count = numClasses === -1 ? largestOf(classes) + 1 : numClasses; // a size: it has to be read
        return ones(classes, Math.max(count, 0));
      });
    },
  }),
);

const largestOf = (classes: Tensor): number => numberOf(reduced("max", classes, null, { op: "oneHot" }));

/** Zeros with a one at each class. */
function ones(classes: Tensor, count: number): Tensor {
  const { storage, offset, sizes, strides, dtype } = classes;
  const out = full([...sizes, count], 0, { dtype });
  if (classes.numel() === 0) return out;
  const one = full([], 1, { dtype });
  const wide = [...sizes, 1];
  const spread = { storage: one.storage, offset: 0, sizes: wide, strides: wide.map(() => 0), dtype };
  const places = { storage, offset, sizes: wide, strides: [...strides, 1], dtype };
  kernels.scatter("add", out, places, spread, { dim: sizes.length }, (c) =>
    c < 0
      ? new ValueError("oneHot: Class values must be non-negative.")
      : new ValueError(`oneHot: Class values must be smaller than num_classes: need less than ${count}; got ${c}.`),
  );
  return out;
}
