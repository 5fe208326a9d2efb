/** What is to be known of each type of element? One row says it all; everything else about dtypes is derived from it. */

export interface Facts {
  /** Bytes of an element. */
  readonly size: 1 | 2 | 4 | 8;
  readonly kind: "bool" | "whole" | "floating";
  readonly isSigned: boolean;
  /** Nothing computes with it: it is stored, loaded, saved and converted. */
  readonly isStorageOnly: boolean;
  /** What an element is while kernels compute with it; whole numbers of fewer bytes wrap. */
  readonly machine: "i32" | "i64" | "f32" | "f64";
  /** What holds elements in JavaScript, or the bits of those that are storage only. */
  readonly array:
    | Float32ArrayConstructor
    | Float64ArrayConstructor
    | Int8ArrayConstructor
    | Int16ArrayConstructor
    | Int32ArrayConstructor
    | Uint8ArrayConstructor
    | Uint16ArrayConstructor
    | Uint32ArrayConstructor
    | BigInt64ArrayConstructor;
  /** The name in PyTorch's messages and storages. */
  readonly torch: string;
  /** The name in safetensors files. */
  readonly safetensors: string;
}

/** By rising size, in the order in which safetensors' own library knows them: files of theirs list tensors backwards. */
export const dtypes = {
  bool: {
    size: 1,
    kind: "bool",
    isSigned: false,
    isStorageOnly: false,
    machine: "i32",
    array: Uint8Array as Uint8ArrayConstructor,
    torch: "Bool",
    safetensors: "BOOL",
  },
  uint8: {
    size: 1,
    kind: "whole",
    isSigned: false,
    isStorageOnly: false,
    machine: "i32",
    array: Uint8Array as Uint8ArrayConstructor,
    torch: "Byte",
    safetensors: "U8",
  },
  int8: {
    size: 1,
    kind: "whole",
    isSigned: true,
    isStorageOnly: false,
    machine: "i32",
    array: Int8Array as Int8ArrayConstructor,
    torch: "Char",
    safetensors: "I8",
  },
  int16: {
    size: 2,
    kind: "whole",
    isSigned: true,
    isStorageOnly: false,
    machine: "i32",
    array: Int16Array as Int16ArrayConstructor,
    torch: "Short",
    safetensors: "I16",
  },
  float16: {
    size: 2,
    kind: "floating",
    isSigned: true,
    isStorageOnly: true,
    machine: "f32",
    array: Uint16Array as Uint16ArrayConstructor,
    torch: "Half",
    safetensors: "F16",
  },
  bfloat16: {
    size: 2,
    kind: "floating",
    isSigned: true,
    isStorageOnly: true,
    machine: "f32",
    array: Uint16Array as Uint16ArrayConstructor,
    torch: "BFloat16",
    safetensors: "BF16",
  },
  int32: {
    size: 4,
    kind: "whole",
    isSigned: true,
    isStorageOnly: false,
    machine: "i32",
    array: Int32Array as Int32ArrayConstructor,
    torch: "Int",
    safetensors: "I32",
  },
  float32: {
    size: 4,
    kind: "floating",
    isSigned: true,
    isStorageOnly: false,
    machine: "f32",
    array: Float32Array as Float32ArrayConstructor,
    torch: "Float",
    safetensors: "F32",
  },
  float64: {
    size: 8,
    kind: "floating",
    isSigned: true,
    isStorageOnly: false,
    machine: "f64",
    array: Float64Array as Float64ArrayConstructor,
    torch: "Double",
    safetensors: "F64",
  },
  int64: {
    size: 8,
    kind: "whole",
    isSigned: true,
    isStorageOnly: false,
    machine: "i64",
    array: BigInt64Array as BigInt64ArrayConstructor,
    torch: "Long",
    safetensors: "I64",
  },
} as const;

/** The type of one element; the same string everywhere. float16 and bfloat16 are stored and converted, nothing else. */
export type DType = keyof typeof dtypes;

/** Dtypes whose facts are among these. */
export type DTypeOf<F extends Partial<Facts>> = {
  [D in DType]: (typeof dtypes)[D] extends F ? D : never;
}[DType];

/** Dtypes that can be computed with. */
export type Computed = DTypeOf<{ readonly isStorageOnly: false }>;

/** A row without a column does not compile. */
const rows: Readonly<Record<DType, Facts>> = dtypes;

export const factsOf = (dtype: DType): Facts => rows[dtype];

/** Every dtype, as the table has them. */
export const allDtypes: readonly DType[] = /* @__PURE__ */ Object.keys(rows) as DType[];

// float32, which most tensors have, is not looked up below: small operations ask several times each.

/** Bytes of one element. */
export const itemSize = (dtype: DType): number => (dtype === "float32" ? 4 : rows[dtype].size);

/** False also for what is no dtype at all. */
export const isFloating = (dtype: DType): dtype is DTypeOf<{ readonly kind: "floating" }> =>
  dtype === "float32" || (typeof dtype === "string" && (rows[dtype] as Facts | undefined)?.kind === "floating");

/** Dtypes that nothing computes with. */
export const isStorageOnly = (dtype: DType): dtype is Exclude<DType, Computed> =>
  dtype !== "float32" && rows[dtype].isStorageOnly;

/** Floating numbers that the machine has. */
export type Real = DTypeOf<{ readonly kind: "floating"; readonly isStorageOnly: false }>;

/** Throws TypeError for any other dtype. */
export function checkReal(op: string, dtype: DType): asserts dtype is Real {
  if (!isFloating(dtype) || isStorageOnly(dtype)) throw new TypeError(`${op}: need float32 or float64; got ${dtype}.`);
}

/** Throws TypeError for a dtype that nothing computes with. */
export function checkComputes(op: string, dtype: DType): asserts dtype is Computed {
  if (isStorageOnly(dtype))
    throw new TypeError(`${op}: need a dtype to compute with; got ${dtype}, which is storage only.`);
}

/** The least and the most that an element can be. */
export function rangeOf(dtype: DType): readonly [least: number | bigint, most: number | bigint] {
  const { size, kind, isSigned } = rows[dtype];
  if (kind === "bool") return [0, 1];
  if (kind === "floating") return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const most = (1n << BigInt(8 * size - Number(isSigned))) - 1n;
  return [isSigned ? -most - 1n : 0n, most];
}
