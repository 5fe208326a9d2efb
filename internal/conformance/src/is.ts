/** Which shape does a type say? `is<[2, 3]>()(x)` gives `x`, and compiles only if it is exactly this one. */
import type { Shape, Tensor } from "@ag/tensor";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Is<S extends Shape> = <T extends Tensor>(
  x: T,
  ...other: Same<T["sizes"], S> extends true ? [] : ["another shape", T["sizes"]]
) => T;

export const is = <S extends Shape>(): Is<S> => ((x: Tensor) => x) as unknown as Is<S>;
