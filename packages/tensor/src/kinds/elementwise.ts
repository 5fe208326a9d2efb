/** Which shape has the result, element by element? That of the input, or what operands have together. */
import type { Args, Kind, METHOD } from "../core/op.ts";
import type { Operand, Tensor } from "../core/tensor.ts";
import type { Extreme } from "../ops/reduce/extremes.ts";
import type { Broadcast, Clash } from "../shapes/broadcast.ts";
import type { Fits, OperandShape, ShapeOf } from "../shapes/known.ts";

/** Keeps the shape of `x`: softmax, clone, cumsum. `R` follow it. */
export interface Same<R extends Args = []> extends Kind<[x: Tensor, ...rest: R]> {
  <T extends Tensor>(x: T, ...rest: R): Tensor<ShapeOf<T>>;
  readonly [METHOD]?: <T extends Tensor>(this: T, ...rest: R) => Tensor<ShapeOf<T>>;
}

/** Overwrites `x`, and gives it. */
export interface Overwriting<R extends Args = []> extends Kind<[x: Tensor, ...rest: R]> {
  <T extends Tensor>(x: T, ...rest: R): T;
  readonly [METHOD]?: <T extends Tensor>(this: T, ...rest: R) => T;
}

/** The operation that overwrites its first operand. */
export interface InPlace<R extends Args> {
  readonly inPlace: <T extends Tensor>(x: T, ...rest: R) => T;
}

/** A function of each element. */
export interface Unary<R extends Args = []> extends Same<R>, InPlace<R> {}

/** A function of two operands that are stretched to one shape; `R` follow them. */
export interface Stretching<R extends Args = [], X extends Operand = Operand, Y extends Operand = Operand>
  extends Kind<[a: X, b: Y, ...rest: R]> {
  <A extends X, B extends Y>(
    a: A,
    b: B & Fits<Clash<OperandShape<A>, OperandShape<B>>>,
    ...rest: R
  ): Tensor<Broadcast<OperandShape<A>, OperandShape<B>>>;
  readonly [METHOD]?: <A extends Tensor, B extends Y>(
    this: A,
    b: B & Fits<Clash<ShapeOf<A>, OperandShape<B>>>,
    ...rest: R
  ) => Tensor<Broadcast<ShapeOf<A>, OperandShape<B>>>;
}

/** The same element by element, which can also overwrite the first operand. */
export interface Broadcasting<R extends Args = [], X extends Operand = Operand, Y extends Operand = Operand>
  extends Stretching<R, X, Y>,
    InPlace<[b: Y, ...rest: R]> {}

/** The shape that three operands have together. */
type Together<A extends Operand, B extends Operand, C extends Operand> = Broadcast<
  Broadcast<OperandShape<A>, OperandShape<B>>,
  OperandShape<C>
>;

/** A function of three operands, element by element. */
export interface Ternary<
  R extends Args = [],
  X extends Operand = Tensor,
  Y extends Operand = Tensor,
  Z extends Operand = Tensor,
> extends Kind<[x: X, a: Y, b: Z, ...rest: R]>,
    InPlace<[a: Y, b: Z, ...rest: R]> {
  <A extends X, B extends Y, C extends Z>(x: A, a: B, b: C, ...rest: R): Tensor<Together<A, B, C>>;
  readonly [METHOD]?: <A extends Tensor, B extends Y, C extends Z>(
    this: A,
    a: B,
    b: C,
    ...rest: R
  ) => Tensor<Together<A, B, C>>;
}

/** What `where` is as a method: `x` where the condition holds. */
export interface Choosing {
  (x: Tensor, condition: Tensor, other: Operand): Tensor;
  readonly [METHOD]?: <A extends Tensor, C extends Tensor, B extends Operand>(
    this: A,
    condition: C,
    other: B,
  ) => Tensor<Together<C, A, B>>;
}

/** Puts the elements along a dimension in order: values, and where they were. */
export interface Sorting<R extends Args> extends Kind<[x: Tensor, ...rest: R], Extreme> {
  <T extends Tensor>(x: T, ...rest: R): Extreme<Tensor<ShapeOf<T>>>;
  readonly [METHOD]?: <T extends Tensor>(this: T, ...rest: R) => Extreme<Tensor<ShapeOf<T>>>;
}
