/** float32 and float64 kernels come from one text: the instructions of an element and of a vector, by dtype. */
import type { Real } from "../../dtype.ts";
import { f32, f32x4, f64, f64x2 } from "../../wasm/assembler/index.ts";

export interface Elements {
  readonly dtype: Real;
  /** Bytes of one element. */
  readonly size: 4 | 8;
  /** Elements in 16 bytes. */
  readonly lanes: 2 | 4;
  readonly one: typeof f32;
  readonly vector: typeof f32x4;
}

const tables: Readonly<Record<Real, Elements>> = {
  float32: { dtype: "float32", size: 4, lanes: 4, one: f32, vector: f32x4 },
  // The tables agree in every instruction that the kernels use; the types of their values differ in name only.
  float64: {
    dtype: "float64",
    size: 8,
    lanes: 2,
    one: f64 as unknown as typeof f32,
    vector: f64x2 as unknown as typeof f32x4,
  },
};

export const elementsOf = (dtype: Real): Elements => tables[dtype];

export const list = <T>(length: number, item: (i: number) => T): T[] => Array.from({ length }, (_, i) => item(i));
