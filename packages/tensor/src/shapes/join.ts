/** Which shape have several tensors as one? */
import type { Tensor } from "../core/tensor.ts";
import type { Shape } from "../layout/shape.ts";
import type { Add } from "./digits.ts";
import type { Replaced, ShapeOf, SizeAt } from "./known.ts";
import type { Unsqueezed } from "./reshape.ts";

type Tensors = readonly Tensor[];

/** One after the other along `D`. Of several ranks only empty tensors may be among them: then the type says nothing. */
export type Concatenated<T extends Tensors, D> = T extends readonly [infer F extends Tensor, ...infer R extends Tensors]
  ? D extends number // of several, each
    ? number extends D
      ? Shape
      : Appended<ShapeOf<F>, R, D>
    : never
  : Shape;
type Appended<S extends Shape, T extends Tensors, D extends number> = number extends S["length"]
  ? Shape
  : T extends readonly [infer F extends Tensor, ...infer R extends Tensors]
    ? S["length"] extends ShapeOf<F>["length"]
      ? Appended<Replaced<S, D, [Add<SizeAt<S, D>, SizeAt<ShapeOf<F>, D>>]>, R, D>
      : Shape
    : T extends readonly []
      ? S
      : Shape;

/** One upon the other, along a new dimension `D`. */
export type Stacked<T extends Tensors, D> = T extends readonly [infer F extends Tensor, ...Tensors]
  ? D extends number // of several, each
    ? Counted<Unsqueezed<ShapeOf<F>, D>, D, T["length"]>
    : never
  : Shape;
type Counted<S extends Shape, D extends number, N extends number> = Replaced<S, D, [N]>;
