/** What the types of functions are made of: declarations of other packages name these. */

export type { FunctionOnly, MethodOf } from "../methods/as-method.ts";
export type { Reduced as LossOptions, Reduction as LossReduction } from "../ops/nn/loss-reduction.ts";
export type { ReduceOptions } from "../ops/reduce/reduction.ts";
export type * from "../shapes/broadcast.ts";
export type * from "../shapes/digits.ts";
export type * from "../shapes/join.ts";
export type * from "../shapes/known.ts";
export type * from "../shapes/permute.ts";
export type * from "../shapes/product.ts";
export type * from "../shapes/reduce.ts";
export type * from "../shapes/reshape.ts";
export type * from "../shapes/told.ts";
export type * from "../shapes/window.ts";
export type * from "./elementwise.ts";
export type * from "./joining.ts";
export type * from "./making.ts";
export type * from "./product.ts";
export type * from "./reduction.ts";
export type * from "./reshaping.ts";
export type * from "./window.ts";
