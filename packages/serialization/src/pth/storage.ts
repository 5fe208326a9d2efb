import { type DType, isFloating, type Tensor } from "@ag/tensor/fn";
import { itemSize, tensorBeside, tensorOfBytes } from "@ag/tensor/internal";
import { bad, show } from "../errors.ts";

const MAX_RANK = 64;

/** What several tensors of a file share. */
export interface StoredBytes {
  readonly key: string;
  /** In whose elements `length` counts; null for bytes without a type. */
  readonly dtype: DType | null;
  readonly length: number;
  bytes: Uint8Array | null;
  /** The first tensor made of it; later ones share its memory. */
  first: Tensor | null;
}

/** A storage as a pickle refers to it: all of the stored bytes, or (in old files) a piece. */
export class StorageRef {
  readonly stored: StoredBytes;
  readonly offset: number;
  readonly length: number;

  constructor(stored: StoredBytes, offset: number, length: number) {
    this.stored = stored;
    this.offset = offset;
    this.length = length;
  }
}

/** How a pickle describes a tensor; nothing of it is to be trusted. */
export interface Layout {
  readonly ref: StorageRef;
  /** Given only for storages without a type. */
  readonly dtype: DType | null;
  readonly offset: unknown;
  readonly shape: unknown;
  readonly strides: unknown;
}

/** A whole number from 0 on; −0, which JSON can say, is none. */
export const isSize = (x: unknown): x is number => Number.isSafeInteger(x) && ((x as number) > 0 || Object.is(x, 0));

function isSizes(x: unknown): x is number[] {
  return Array.isArray(x) && x.length <= MAX_RANK && x.every(isSize);
}

function refuse(got: string): never {
  throw bad("a tensor within its storage", `${got}`);
}

/**
 * The tensor that a pickle describes. Tensors of one storage share memory, without being views of each other.
 * Throws {@link FormatError} when it reaches beyond its storage.
 */
export function tensorOf({ ref, dtype, offset, shape, strides }: Layout): Tensor {
  const { stored } = ref;
  const type = stored.dtype ?? dtype;
  if (type === null || stored.bytes === null) return refuse(`storage "${stored.key}" without type or bytes`);
  const scale = stored.dtype === null ? itemSize(type) : 1; // an untyped storage counts bytes
  const length = Math.floor(ref.length / scale);
  if (!isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length)
    return refuse("an offset, a shape or strides that are not as many sizes");
  const isEmpty = shape.includes(0);
  const count = shape.reduce((product, size) => product * size, 1);
  const reach = isEmpty ? offset : shape.reduce((end, size, d) => end + (size - 1) * strides[d]!, offset + 1);
  if (!(isEmpty || Number.isSafeInteger(count)) || !(reach <= length))
    return refuse(
      `shape ${show(shape)}, strides ${show(strides)}, offset ${offset} over ${length} elements of "${stored.key}"`,
    );
  const start = ref.offset / scale + offset;
  if (!isSize(start)) return refuse(`one that begins at byte ${ref.offset} of "${stored.key}", within an element`);
  return placed(stored, type, { shape, strides, offset: start });
}

interface Place {
  readonly shape: number[];
  readonly strides: number[];
  readonly offset: number;
}

function placed(stored: StoredBytes, dtype: DType, { shape, strides, offset }: Place): Tensor {
  const { first, bytes } = stored;
  if (first === null) {
    stored.first = tensorOfBytes(bytes!, dtype, [...shape], [...strides], offset);
    return stored.first;
  }
  if (first.dtype !== dtype) return refuse(`storage "${stored.key}" as ${first.dtype} and as ${dtype}`);
  return tensorBeside(first, [...shape], [...strides], offset);
}

/** Throws unless a tensor of this dtype may require gradients. */
export function checkFloating(x: Tensor): void {
  if (!isFloating(x.dtype)) throw bad("a floating tensor that requires grad", `${x.dtype}`);
}
