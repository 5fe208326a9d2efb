/** How are tensors made from nothing, from numbers and from bytes? */
import { allDtypes, type Computed, type Device, type DType, dtypes, isStorageOnly, itemSize } from "@ag/kernels";
import { defineFunction } from "../arguments/checked.ts";
import {
  aDevice,
  aDtype,
  aFlag,
  aNumber,
  aScalar,
  aShape,
  aSize,
  aTensor,
  aWhole,
  someWholes,
} from "../arguments/kinds.ts";
import { refuse } from "../arguments/refusal.ts";
import type { Kind, Parameter, Takes } from "../arguments/signature.ts";
import { ShapeError, ValueError } from "../core/errors.ts";
import * as kernels from "../core/kernels.ts";
import { reshaped, Tensor } from "../core/tensor.ts";
import type { Same } from "../kinds/elementwise.ts";
import type { Diagonal, Filled, Literal, NestedData, Ranging, Shaped, Spaced } from "../kinds/making.ts";
import { checkedShape, rowMajor, type Shape, shapeArgument, showShape } from "../layout/shape.ts";
import { dtypeOf, filled, fresh } from "./fresh.ts";
import { reachOf, tensorOfBytes } from "./raw.ts";

export type { NestedData };

export interface TensorOptions {
  readonly dtype?: DType;
  readonly requiresGrad?: boolean;
  readonly device?: Device | "cpu";
}

/** Numbers in a row, which keep their dtype. */
export type TypedData = (typeof dtypes)[Computed]["array"]["prototype"];

type ShapedFactory = Shaped<TensorOptions>;

/** Sets the flag that the options ask for. */
export const flagged = <T extends Tensor>(x: T, { requiresGrad = false }: TensorOptions): T => {
  if (requiresGrad) x.requiresGrad = true;
  return x;
};

/** The options of every factory. */
export const making: Takes = { dtype: aDtype, requiresGrad: aFlag, device: aDevice };

/**
 * A tensor whose elements all are `value`. Numbers give float32, booleans bool, bigints int64, unless `dtype` says otherwise.
 *
 * ```ts doctest
 * full([2], 7).tolist() // => [7, 7]
 * ```
 */
export const full: Filled = defineFunction({
  name: "full",
  takes: { shape: aShape, value: aScalar, "options?": making },
  call: (shape, value, options = {}) => filledFor("full", shape, value, options),
});

/** A tensor of one value, after the check of its sizes. */
const filledFor = <const S extends Shape>(
  op: string,
  shape: S,
  value: number | bigint | boolean,
  options: TensorOptions,
): Tensor<S> => flagged(filled(checkedShape(shape, op) as S, value, options.dtype ?? dtypeOf(value)), options);

/** Sizes in a row or in an array, and perhaps options after them. */
export function sizesAndOptions<O extends object>(
  args: readonly unknown[],
): readonly [shape: Shape, options: Partial<O>] {
  const last = args.at(-1);
  const isOptions = (typeof last === "object" && !Array.isArray(last)) || last === undefined;
  const sizes = (isOptions ? args.slice(0, -1) : args) as readonly number[] | readonly [Shape];
  return [shapeArgument(sizes), isOptions ? ((last as O | undefined) ?? {}) : {}];
}

/* @__NO_SIDE_EFFECTS__ */
const shaped = (name: string, make: (shape: Shape, options: TensorOptions) => Tensor): ShapedFactory =>
  defineFunction({
    name,
    takes: { "...shape": aSize, "options?": making },
    call: ((...args: readonly unknown[]) => make(...sizesAndOptions<TensorOptions>(args))) as ShapedFactory,
  });

/** Without initial values. `empty(2, 3)`, or `empty([2, 3], { dtype, requiresGrad })`. */
export const empty: ShapedFactory = shaped("empty", (shape, options) =>
  flagged(fresh(checkedShape(shape, "empty"), options.dtype ?? "float32"), options),
);

/**
 * Zeros. `zeros(2, 3)`, or `zeros([2, 3], { dtype, requiresGrad })`.
 *
 * ```ts doctest
 * zeros(2, 2).tolist() // => [[0, 0], [0, 0]]
 * ```
 */
export const zeros: ShapedFactory = shaped("zeros", (shape, options) => filledFor("zeros", shape, 0, options));

/**
 * Ones. `ones(2, 3)`, or `ones([2, 3], { dtype, requiresGrad })`.
 *
 * ```ts doctest
 * ones([2], { dtype: "int64" }).tolist() // => [1, 1]
 * ```
 */
export const ones: ShapedFactory = shaped("ones", (shape, options) => filledFor("ones", shape, 1, options));

/* @__NO_SIDE_EFFECTS__ */
const like = (name: string, value: number): Same<[options?: TensorOptions]> =>
  defineFunction({
    name,
    takes: { x: aTensor, "options?": making },
    call: (x, options = {}) => filledFor(name, x.sizes, value, { ...options, dtype: options.dtype ?? x.dtype }),
  });

/** Without initial values, in the shape and dtype of `x`. */
export const emptyLike: Same<[options?: TensorOptions]> = defineFunction({
  name: "emptyLike",
  takes: { x: aTensor, "options?": making },
  call: (x, options = {}) => flagged(fresh(x.sizes, options.dtype ?? x.dtype), options),
});

/**
 * Zeros in the shape and dtype of `x`.
 *
 * ```ts doctest
 * zerosLike(tensor([3, 4])).tolist() // => [0, 0]
 * ```
 */
export const zerosLike: Same<[options?: TensorOptions]> = like("zerosLike", 0);

/**
 * Ones in the shape and dtype of `x`.
 *
 * ```ts doctest
 * onesLike(tensor([3, 4])).tolist() // => [1, 1]
 * ```
 */
export const onesLike: Same<[options?: TensorOptions]> = like("onesLike", 1);

/**
 * `value` everywhere, in the shape and dtype of `x`.
 *
 * ```ts doctest
 * fullLike(tensor([3, 4]), 2.5).tolist() // => [2.5, 2.5]
 * ```
 */
export const fullLike: Same<[value: number | bigint | boolean, options?: TensorOptions]> = defineFunction({
  name: "fullLike",
  takes: { x: aTensor, value: aScalar, "options?": making },
  call: (x, value, options = {}) =>
    filledFor("fullLike", x.sizes, value, { ...options, dtype: options.dtype ?? x.dtype }),
});

const isTyped = (data: unknown): data is TypedData => ArrayBuffer.isView(data);

/** As many as PyTorch takes of nested lists. */
const MOST_DIMENSIONS = 128;

/** The sizes that the first element of each level tells. */
function shapeOf(data: unknown): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > MOST_DIMENSIONS)
      throw new ShapeError(
        `tensor: too many dimensions: need at most ${MOST_DIMENSIONS}; got more, or an array in itself.`,
      );
  }
  return shape;
}

/** Appends the numbers of `data` to `flat`; rows of differing lengths, and what is no number, throw. */
function flatten(data: unknown, shape: Shape, depth: number, flat: (number | bigint | boolean)[]): void {
  if (depth === shape.length) {
    if (Array.isArray(data)) throw raggedError(shape);
    if (!aScalar.ok(data)) refuseData(data);
    flat.push(data as number);
    return;
  }
  if (!Array.isArray(data)) {
    if (!aScalar.ok(data)) refuseData(data);
    throw raggedError(shape);
  }
  if (data.length !== shape[depth]) throw raggedError(shape);
  for (const item of data) flatten(item, shape, depth + 1, flat);
}

const raggedError = (shape: Shape): ShapeError =>
  new ShapeError(
    `tensor: need numbers, bigints or booleans in rows of one length; got rows that differ from the first ones, ${showShape(shape)}.`,
  );

/** Something else than a number among the data. */
const refuseData = (value: unknown): never => refuse("tensor", data, value, 0);

const aNesting: Kind = {
  word: "numbers, bigints or booleans, in arrays nested to any depth, or a typed array",
  ok: () => true,
  hint: (value) =>
    value instanceof Tensor
      ? "Use stack for a list of tensors, and x.detach().clone() for a copy."
      : isTyped(value)
        ? "Use Array.from(…) for typed arrays inside of an array."
        : typeof value === "string"
          ? "Use Number(…)."
          : "",
};

const data: Parameter = { name: "data", kinds: [aNesting], isOptional: false };

/** Numbers as the elements of a dtype, converted as PyTorch converts. */
function elementsFrom(flat: readonly (number | bigint | boolean)[], dtype: Computed): TypedData {
  if (dtype === "int64") {
    const whole = (x: number | bigint | boolean): bigint =>
      BigInt.asIntN(64, typeof x === "number" ? BigInt(Number.isFinite(x) ? Math.trunc(x) : 0) : BigInt(x));
    return BigInt64Array.from(flat, whole);
  }
  if (dtype === "bool") return Uint8Array.from(flat, (x) => Number(Boolean(x)));
  return new dtypes[dtype].array(flat.map(Number));
}

/** Dtypes that a typed array has by itself. */
const natural: readonly DType[] = /* @__PURE__ */ allDtypes.filter(
  (dtype) => dtype !== "bool" && !isStorageOnly(dtype),
);

/** The dtype of a typed array. */
function naturalDtype(data: TypedData): DType {
  const found = natural.find((dtype) => dtypes[dtype].array === data.constructor);
  if (found) return found;
  const names = natural.map((dtype) => dtypes[dtype].array.name);
  throw new ValueError(`tensor: need one of ${names.join(", ")}; got ${data.constructor.name}.`);
}

function fromTyped(data: TypedData, { dtype, ...options }: TensorOptions): Tensor {
  const natural = naturalDtype(data);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const x = tensorOfBytes(bytes, natural, [data.length]);
  return flagged(dtype === undefined || dtype === natural ? x : converted(x, dtype), options);
}

function converted(x: Tensor, dtype: DType): Tensor {
  const out = empty(x.sizes, { dtype });
  kernels.copy(x, out);
  x.dispose();
  return out;
}

/**
 * A tensor of the given numbers. Numbers give float32, booleans bool, bigints int64; typed arrays keep their dtype;
 * `dtype` decides otherwise.
 *
 * Throws {@link ShapeError} for rows of differing lengths.
 *
 * ```ts doctest
 * tensor([[1, 2], [3, 4]]).shape // => [2, 2]
 * tensor([1n, 2n]).dtype // => "int64"
 * ```
 */
export const tensor: Literal = defineFunction({
  name: "tensor",
  takes: { data: [aNesting, null], "options?": making },
  call: (data, options = {}) => {
    if (isTyped(data)) return fromTyped(data, options);
    const shape = shapeOf(data);
    const flat: (number | bigint | boolean)[] = [];
    flatten(data, shape, 0, flat);
    const { dtype = commonDtype(flat) } = options;
    const elements = elementsFrom(flat, isStorageOnly(dtype) ? "float32" : dtype);
    return flagged(reshaped(fromTyped(elements, { dtype }), shape), options);
  },
});

/** Float32 as soon as one is a number, else int64 as soon as one is a bigint. */
function commonDtype(flat: readonly (number | bigint | boolean)[]): DType {
  if (flat.length === 0 || flat.some((x) => typeof x === "number")) return "float32";
  return flat.some((x) => typeof x === "bigint") ? "int64" : "bool";
}

/**
 * A tensor of little-endian bytes, copied. `strides` and `offset` count elements; by default the bytes are contiguous.
 * Throws {@link ShapeError} when the layout reaches beyond the bytes.
 */
export const fromBytes: (
  bytes: Uint8Array,
  dtype: DType,
  shape: Shape,
  strides?: readonly number[],
  offset?: number,
) => Tensor = defineFunction({
  name: "fromBytes",
  takes: {
    bytes: { word: "Uint8Array", ok: (x) => x instanceof Uint8Array },
    dtype: aDtype,
    shape: aShape,
    "strides?": someWholes,
    "offset?": aWhole,
  },
  call: (bytes, dtype, shape, strides = rowMajor(shape), offset = 0) => {
    const reach = reachOf("fromBytes", shape, strides, offset);
    if (reach * itemSize(dtype) > bytes.length)
      throw new ShapeError(
        `fromBytes: need ${reach} elements of ${dtype} for shape ${showShape(shape)}; got ${bytes.length} bytes.`,
      );
    return tensorOfBytes(bytes, dtype, shape, strides, offset);
  },
});

/**
 * Numbers from `start` (0) up to but without `end`, `step` (1) apart: `arange(end)`, `arange(start, end, step)`.
 * int64 when all are whole, else float32. Throws {@link ValueError} when the step leads away from the end.
 *
 * ```ts doctest
 * arange(3).tolist() // => [0, 1, 2]
 * arange(1, 2, 0.25).tolist() // => [1, 1.25, 1.5, 1.75]
 * ```
 */
export const arange: Ranging = defineFunction({
  name: "arange",
  takes: {
    start: aNumber,
    "end?": [aNumber, making],
    "step?": aNumber,
    "options?": making,
  },
  call: ((first: number, second?: number | TensorOptions, step: number = 1, options: TensorOptions = {}) => {
    const isOne = typeof second !== "number";
    const [start, end] = isOne ? [0, first] : [first, second];
    const given = isOne ? { ...options, ...second } : options;
    if (!Number.isFinite(start) || !Number.isFinite(end) || !(step > 0 || step < 0))
      throw new ValueError(`arange: need finite numbers and a step that is not 0; got ${start}, ${end}, ${step}.`);
    if ((end - start) * step < 0)
      throw new ValueError(
        `arange: upper bound and lower bound inconsistent with step sign: need a step towards the end; got ${start}, ${end}, ${step}.`,
      );
    const { dtype = [start, end, step].every(Number.isInteger) ? "int64" : "float32" } = given;
    const out = fresh(checkedShape([Math.ceil((end - start) / step)], "arange"), dtype);
    kernels.arange(out, start, step);
    return flagged(out, given);
  }) as Ranging,
});

/**
 * The n × m matrix with ones on the diagonal; square without m.
 *
 * ```ts doctest
 * eye(2).tolist() // => [[1, 0], [0, 1]]
 * ```
 */
export const eye: Diagonal = defineFunction({
  name: "eye",
  takes: { n: aWhole, "m?": aWhole, "options?": making },
  call: (n, m = n, options = {}) => {
    const out = filledFor("eye", [n, m], 0, { ...options, requiresGrad: false });
    const diagonal = { storage: out.storage, offset: 0, sizes: [Math.min(n, m)], strides: [m + 1], dtype: out.dtype };
    kernels.fill(diagonal, 1);
    return flagged(out, options);
  },
});

/**
 * `steps` numbers from `start` to `end`, both included, evenly apart; symmetric about the middle, as PyTorch computes them.
 *
 * ```ts doctest
 * linspace(0, 1, 5).tolist() // => [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export const linspace: Spaced = defineFunction({
  name: "linspace",
  takes: { start: aNumber, end: aNumber, steps: aWhole, "options?": making },
  call: (start, end, steps, options = {}) => {
    if (steps < 0) throw new ValueError(`linspace: number of steps must be non-negative; got ${steps}.`);
    checkedShape([steps], "linspace");
    const { dtype = "float32" } = options;
    const round = dtype === "float32" ? Math.fround : (x: number): number => x;
    const step = round((end - start) / Math.max(steps - 1, 1));
    const out = fresh([steps], dtype);
    const values = Float64Array.from({ length: steps }, (_, i) =>
      steps === 1 ? start : i < steps / 2 ? round(start + round(step * i)) : round(end - round(step * (steps - i - 1))),
    );
    const exact = tensor(values);
    kernels.copy(exact, out);
    exact.dispose();
    return flagged(out, options);
  },
});
