/** How do elements come out of the memory? Always as copies: the memory moves. */
import {
  type Computed,
  type DType,
  dtypes,
  isContiguous,
  isStorageOnly,
  itemSize,
  OutOfMemoryError,
  type View,
} from "@ag/kernels";
import { ValueError } from "../core/errors.ts";
import * as kernels from "../core/kernels.ts";
import { rowMajor, type Shape, showShape, sizeOf } from "../layout/shape.ts";

/** Elements of a tensor as JavaScript knows them; float16 and bfloat16 come as float32. */
export type Elements = InstanceType<(typeof dtypes)[Computed]["array"]>;

/** Numbers or booleans, nested to any depth. */
export type Nested = number | boolean | Nested[];

/** The same as deep as the shape says: its elements are numbers, or booleans. */
export type NestedIn<S extends Shape> = number extends S["length"]
  ? Nested
  : S extends readonly [number, ...infer R extends Shape]
    ? NestedIn<R>[]
    : number | boolean;

/** A contiguous copy of a view, perhaps in another dtype; `use` gets it before it is given back. */
function withCopy<R>(x: View, dtype: DType, use: (copy: View) => R): R {
  const storage = kernels.allocate(sizeOf(x.sizes) * itemSize(dtype), "read", x.storage.device);
  const copy: View = { storage, offset: 0, sizes: x.sizes, strides: rowMajor(x.sizes), dtype };
  try {
    kernels.copy(x, copy);
    return use(copy);
  } finally {
    storage.release();
  }
}

/** The elements in row-major order, as little-endian bytes. */
export function rawBytesOf(x: View): Uint8Array<ArrayBuffer> {
  if (!isContiguous(x)) return withCopy(x, x.dtype, rawBytesOf);
  const size = itemSize(x.dtype);
  return x.storage.read(x.offset * size, sizeOf(x.sizes) * size);
}

/** The elements in row-major order. */
export function elementsOf(x: View): Elements {
  const { dtype } = x;
  if (isStorageOnly(dtype)) return withCopy(x, "float32", elementsOf);
  return new dtypes[dtype].array(rawBytesOf(x).buffer);
}

/** A whole number as JavaScript's number, if that is exact. */
function exact(x: bigint): number {
  const n = Number(x);
  if (!Number.isSafeInteger(n))
    throw new ValueError(`item: need an int64 within ±2^53; got ${x}. Use data(), which gives BigInts.`);
  return n;
}

/** The first element. */
export function numberOf({ storage, offset, dtype }: View): number {
  const first = elementsOf({ storage, offset, dtype, sizes: [], strides: [] })[0]!;
  return typeof first === "bigint" ? exact(first) : first;
}

/** Numbers and lists that `tolist` makes at most: some GB of JavaScript's heap. Beyond, engines end the process. */
const MOST_ITEMS = 2 ** 25;

function checkListable(shape: Shape): void {
  let [lists, items] = [1, 1];
  for (const size of shape) {
    lists *= size;
    items += lists;
  }
  if (items > MOST_ITEMS)
    throw new OutOfMemoryError(
      `tolist: need at most ${MOST_ITEMS} numbers and lists; got shape ${showShape(shape)}. Use data(), or parts of it.`,
    );
}

/** Numbers or booleans, nested as the dimensions are. */
export function nestedOf(x: View): Nested {
  checkListable(x.sizes);
  const elements = elementsOf(x);
  const one = (i: number): number | boolean => {
    const element = elements[i]!;
    if (typeof element === "bigint") return exact(element);
    return x.dtype === "bool" ? element !== 0 : element;
  };
  let next = 0;
  const level = (d: number): Nested => {
    if (d === x.sizes.length) return one(next++);
    const list = new Array<Nested>(x.sizes[d]!);
    for (let i = 0; i < list.length; i++) list[i] = level(d + 1);
    return list;
  };
  return level(0);
}
