export { type Arguments, Builder, kernel, type Label, Local } from "./builder.ts";
export {
  type Address,
  f32,
  f64,
  i32,
  i32x4,
  i64,
  i64x2,
  least,
  load8x4Unsigned,
  narrow8,
  pointer,
  select,
  shuffle,
} from "./instructions.ts";
export { assemble, type Exports, instantiate } from "./module.ts";
export type { Code, Kernel, Operand, Signature, Type } from "./value.ts";
export { Value } from "./value.ts";
export { f32x4, f64x2, relaxedMultiplyAdd, replaceLane } from "./vectors.ts";
