/**
 * What is a value in a kernel? An expression of one type: it is evaluated where it is used, each time it is used.
 * `Builder.let` evaluates it once and names the result.
 */
import { constant } from "./encoding.ts";

export type Type = "i32" | "i64" | "f32" | "f64" | "f32x4" | "f64x2" | "i32x4" | "i64x2";

export interface Signature {
  readonly parameters: readonly Type[];
  readonly results: readonly Type[];
}

/** A finished function: `code` still names the functions it calls and the signatures it calls through. */
export interface Kernel<P extends readonly Type[] = readonly Type[]> extends Signature {
  readonly parameters: P;
  readonly locals: readonly Type[];
  readonly code: Code;
}

/** Bytes, with the places still open that only the module can number. */
export type Code = readonly (number | Kernel | Signature)[];

export class Value<T extends Type> {
  readonly type: T;
  readonly code: Code;
  constructor(type: T, code: Code) {
    this.type = type;
    this.code = code;
  }
}

/** Wherever a value may stand, a literal may: 3 is `i32.const 3`, or all four lanes of an f32x4. */
export type Operand<T extends Type> = Value<T> | number | bigint;

export const codeOf = <T extends Type>(type: T, x: Operand<T>): Code =>
  x instanceof Value ? x.code : constant(type, x);
