/** How are the elements of a view found, read, converted and written? */
import { type DType, factsOf, isStorageOnly, sizeOf, type View } from "@ag/kernels";
import { fromBrain, fromHalf, toBrain, toHalf } from "./half.ts";
import { memoryOf } from "./memory.ts";

/** An element: a bigint where the dtype is int64, 0 or 1 where it is bool. */
export type Value = number | bigint;

/** Where the elements are, in row-major order. */
export function placesOf({ offset, sizes, strides }: Pick<View, "offset" | "sizes" | "strides">): number[] {
  let places = [offset];
  sizes.forEach((size, d) => {
    const next: number[] = [];
    for (const at of places) for (let i = 0; i < size; i++) next.push(at + i * strides[d]!);
    places = next;
  });
  return places;
}

/** The same elements in another layout. */
export const viewed = (
  { storage, dtype, offset }: View,
  sizes: readonly number[],
  strides: readonly number[],
): View => ({
  ...{ storage, dtype, offset },
  ...{ sizes, strides },
});

/** Broadcast: what has size 1, or is not there, repeats. */
export function stretched(x: View, sizes: readonly number[]): View {
  const added = sizes.length - x.sizes.length;
  const repeats = (d: number): boolean => d < added || x.sizes[d - added] === 1;
  return viewed(
    x,
    sizes,
    sizes.map((_, d) => (repeats(d) ? 0 : x.strides[d - added]!)),
  );
}

/** The elements along `dim`, line by line. Without dimensions it is one line of one element. */
export function linesOf(x: View, dim: number): number[][] {
  const [size, stride] = [x.sizes[dim] ?? 1, x.strides[dim] ?? 0];
  const others = (list: readonly number[]): number[] => list.filter((_, d) => d !== dim);
  const starts = placesOf(viewed(x, others(x.sizes), others(x.strides)));
  return starts.map((start) => Array.from({ length: size }, (_, i) => start + i * stride));
}

/** A whole number in the range of a dtype, modulo that; of a bool whether it is set. */
export function wrapped(x: bigint, dtype: DType): Value {
  const { size, kind, isSigned } = factsOf(dtype);
  if (kind === "bool") return Number(x !== 0n);
  const bits = isSigned ? BigInt.asIntN(8 * size, x) : BigInt.asUintN(8 * size, x);
  return size === 8 ? bits : Number(bits);
}

/** A fraction towards zero, in so many bits; what does not fit is the least or the most of these, NaN is 0. */
function saturated(x: number, bits: number): bigint {
  const most = 2n ** BigInt(bits - 1);
  if (x >= Number(most)) return most - 1n;
  return x < -Number(most) ? -most : BigInt(Math.trunc(x) || 0);
}

/** A fraction as a whole number: of fewer than 32 bits by way of int32 (uint8: of int64), where what does not fit is 0. */
function whole(x: number, dtype: DType): bigint {
  const { size } = factsOf(dtype);
  if (size >= 4) return saturated(x, 8 * size);
  const most = 2 ** (dtype === "uint8" ? 63 : 31);
  return Math.trunc(x) >= -most && x < most ? BigInt(Math.trunc(x)) : 0n;
}

/** To whole numbers towards zero, to bool `!= 0`, as `Device.copy` says. */
export function converted(x: Value, to: DType): Value {
  const { kind } = factsOf(to);
  if (kind === "floating") return to === "float32" ? Math.fround(Number(x)) : Number(x);
  if (kind === "bool") return Number(x) === 0 ? 0 : 1;
  return wrapped(typeof x === "bigint" ? x : whole(x, to), to);
}

/** Elements by their place in the storage. */
export interface Elements {
  get(place: number): Value;
  set(place: number, value: Value): void;
}

export function elementsOf(x: View): Elements {
  const memory = memoryOf(x);
  const { dtype } = x;
  if (!isStorageOnly(dtype))
    return {
      get: (place) => memory[place]!,
      set: (place, value) => {
        memory[place] = converted(value, dtype) as never;
      },
    };
  const [from, to] = dtype === "float16" ? [fromHalf, toHalf] : [fromBrain, toBrain];
  return {
    get: (place) => from(Number(memory[place])),
    set: (place, value) => {
      memory[place] = to(Math.fround(Number(value))) as never;
    },
  };
}

/** All elements in row-major order, as another dtype if wanted. */
export function read(x: View, dtype: DType = x.dtype): Value[] {
  const elements = elementsOf(x);
  const values = placesOf(x).map((place) => elements.get(place));
  return dtype === x.dtype ? values : values.map((value) => converted(value, dtype));
}

/** The same of a floating dtype. */
export const numbers = (x: View): number[] => read(x) as number[];

/** As many zeros as a view has elements. */
export const zeros = ({ sizes }: View): number[] => new Array<number>(sizeOf(sizes)).fill(0);

/** Writes all elements, in row-major order. */
export function write(out: View, values: readonly Value[]): void {
  const elements = elementsOf(out);
  placesOf(out).forEach((place, i) => {
    elements.set(place, values[i]!);
  });
}
