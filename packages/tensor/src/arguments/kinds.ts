/** The kinds of arguments that operations take. */
import { allDtypes, type DType } from "@ag/kernels";
import { isDevice } from "../core/creating.ts";
import { DTypeError, IndexError, ShapeError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import type { Slice } from "../layout/slice.ts";
import { Generator } from "../make/generator.ts";
import { isPlain, type Kind, NUMBER, TENSOR, WHOLE } from "./signature.ts";

const isWhole = (x: unknown): boolean => Number.isSafeInteger(x);
/** Whether something is an array of which all are right; `every` does not visit what was never set. */
export const areAll = (x: unknown, ok: (one: unknown) => boolean): x is readonly unknown[] =>
  Array.isArray(x) && !x.includes(undefined) && x.every(ok);

const areWhole = (x: unknown): boolean => areAll(x, isWhole);
const isScalar = (x: unknown): boolean => typeof x === "number" || typeof x === "boolean" || typeof x === "bigint";

const makeOne = (value: unknown): string =>
  Array.isArray(value) || isScalar(value) || ArrayBuffer.isView(value) ? "Make one: tensor(…)." : "";

export const aTensor: Kind = { word: "Tensor", ok: (x) => x instanceof Tensor, glance: TENSOR, hint: makeOne };

/** A tensor, or a number that adapts to it. */
export const anOperand: Kind = {
  word: "Tensor or Number",
  ok: (x) => x instanceof Tensor || isScalar(x),
  glance: TENSOR | NUMBER,
  hint: makeOne,
};

export const someTensors: Kind = {
  word: "tuple of Tensors",
  ok: (x) => areAll(x, (one) => one instanceof Tensor),
};

/** A number that takes the dtype of what it meets. */
export const aScalar: Kind = { word: "Number", ok: isScalar, glance: NUMBER };

export const aNumber: Kind = { word: "float", ok: (x) => typeof x === "number", glance: NUMBER };

export const aWhole: Kind = { word: "int", ok: isWhole, glance: WHOLE };

export const someWholes: Kind = { word: "tuple of ints", ok: areWhole };

/** One number for all dimensions, or one for each. */
export const extents: Kind = {
  word: "int or tuple of ints",
  ok: (x) => isWhole(x) || areWhole(x),
  glance: WHOLE,
};

/** One dimension, several, or null for all of them. */
export const anyDims: Kind = {
  word: "int, tuple of ints or None",
  ok: (x) => x === null || isWhole(x) || areWhole(x),
  glance: WHOLE,
};

export const aShape: Kind = { word: "tuple of ints", ok: areWhole, error: ShapeError };

/** One of several sizes, which may come as an array: `2, 3` or `[2, 3]`. */
export const aSize: Kind = { word: "int", ok: isWhole, error: ShapeError, mayBeList: true };

export const aFlag: Kind = { word: "bool", ok: (x) => typeof x === "boolean" };

export const aDtype: Kind = {
  word: "torch.dtype",
  ok: (x) => allDtypes.includes(x as DType),
  error: DTypeError,
  hint: () => `There are ${allDtypes.join(", ")}.`,
};

export const aGenerator: Kind = { word: "Generator or None", ok: (x) => x === null || x instanceof Generator };

const isEnd = (x: unknown): boolean => x === null || isWhole(x);
const isSlice = (x: unknown): x is Slice =>
  isPlain(x) && x.kind === "slice" && isEnd(x.start) && isEnd(x.end) && isWhole(x.step);

/** What `at` takes for one dimension. */
export const anIndex: Kind = {
  word: "integer, slice, ellipsis, None or Tensor",
  ok: (x) => isEnd(x) || typeof x === "boolean" || x === "..." || x === "…" || x instanceof Tensor || isSlice(x),
  error: IndexError,
  hint: () => "Only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices.",
};

/* @__NO_SIDE_EFFECTS__ */
export const oneOf = (...words: readonly string[]): Kind => ({
  word: words.map((word) => `"${word}"`).join(" or "),
  ok: (x) => words.includes(x as string),
});

export const aReduction: Kind = {
  word: '"none", "mean" or "sum"',
  ok: (x) => x === "none" || x === "mean" || x === "sum",
  hint: (x) => `${typeof x === "string" ? x : typeof x} is not a valid value for reduction.`,
};

export const aDevice: Kind = { word: '"cpu" or a device', ok: isDevice };

export const anIterable: Kind = {
  word: "iterable",
  ok: (x) => typeof x === "object" && x !== null && Symbol.iterator in x,
};

export const aFunction: Kind = { word: "callable", ok: (x) => typeof x === "function" };

export const aText: Kind = { word: "str", ok: (x) => typeof x === "string" };
