/** The type of one element; the same string everywhere. float16 and bfloat16 are stored and converted, nothing else. */
export type DType = "float32" | "float64" | "float16" | "bfloat16" | "int64" | "int32" | "uint8" | "bool";

const sizes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

/** Bytes of one element. */
export const itemSize = (dtype: DType): number => sizes[dtype];
