/** A formula on whole numbers and bool as WebAssembly: scalars only. */
import type { DTypeOf } from "../../dtype.ts";
import { type Builder, i32, i64, select, type Type, type Value } from "../../wasm/assembler/index.ts";
import { isSet, machineType, wrapped } from "../copy/element.ts";
import { Condition, type Lanes, type One, type Printer, type Two } from "./printers.ts";

interface Machine<T extends "i32" | "i64"> {
  readonly of: (x: number | bigint) => Value<T>;
  readonly isZero: One<T, "i32">;
  readonly eq: Two<T, "i32">;
  readonly ne: Two<T, "i32">;
  readonly lt: Two<T, "i32">;
  readonly le: Two<T, "i32">;
  readonly add: Two<T, T>;
  readonly sub: Two<T, T>;
  readonly mul: Two<T, T>;
  readonly div: Two<T, T>;
}

type Whole = DTypeOf<{ readonly kind: "whole" | "bool" }>;

const floatingOnly = (name: string) => (): never => {
  throw new TypeError(`pointwise: ${name}: need a floating dtype to compute with; got a whole one.`);
};

/** `wrap` brings a sum or product back into the range of the dtype. */
const whole = <T extends "i32" | "i64">(
  dtype: Whole,
  f: Builder,
  t: Machine<T>,
  wrap: (x: Value<T>) => Value<T>,
): Printer<T, "i32"> => {
  type Input = Lanes<T> | number;
  const value = (x: Input): Value<T> => (typeof x === "number" ? wrap(t.of(x)) : x[0]!);
  const two = (op: Two<T, T>) => (x: Input, y: Input) => [f.let(wrap(op(value(x), value(y))))];
  const test = (op: Two<T, "i32">) => (x: Input, y: Input) => new Condition([f.let(op(value(x), value(y)))]);
  const pick = (test: Value<"i32">, then: Value<T>, otherwise: Value<T>) => [f.let(select(test, then, otherwise))];
  const join = (op: Two<"i32", "i32">) => (a: Condition<"i32">, b: Condition<"i32">) =>
    new Condition([f.let(op(a.masks[0]!, b.masks[0]!))]);
  const same = (x: Lanes<T>): Lanes<T> => x;
  const neg = (x: Lanes<T>): Lanes<T> => [f.let(wrap(t.sub(0, x[0]!)))];
  /** The machine traps on x / 0 and on the smallest number / −1. */
  const div = (x: Input, y: Input): Lanes<T> => {
    const [a, b] = [value(x), value(y)];
    const isPlain = f.let(i32.and(t.ne(b, 0), t.ne(b, -1)));
    const quotient = f.let(t.div(a, select(isPlain, b, t.of(1))));
    return pick(isPlain, quotient, select(t.isZero(b), t.of(0), wrap(t.sub(0, a))));
  };
  return {
    dtype,
    add: two(t.add),
    sub: two(t.sub),
    mul: two(t.mul),
    div,
    neg,
    abs: (x) => pick(t.lt(x[0]!, 0), neg(x)[0]!, x[0]!),
    sqrt: floatingOnly("sqrt"),
    floor: same,
    ceil: same,
    trunc: same,
    round: same,
    min: (x, y) => pick(t.lt(value(y), value(x)), value(y), value(x)),
    max: (x, y) => pick(t.lt(value(x), value(y)), value(y), value(x)),
    lt: test(t.lt),
    le: test(t.le),
    eq: test(t.eq),
    ne: test(t.ne),
    and: join(i32.and),
    or: join(i32.or),
    not: (a) => new Condition([f.let(i32.isZero(a.masks[0]!))]),
    select: (c, then, otherwise) => pick(c.masks[0]!, value(then), value(otherwise)),
    power2: floatingOnly("power2"),
    rarely: floatingOnly("rarely"),
    copySign: floatingOnly("copySign"),
    upper: floatingOnly("upper"),
    isOdd: floatingOnly("isOdd"),
    alternate: floatingOnly("alternate"),
    exponent: floatingOnly("exponent"),
    mantissa: floatingOnly("mantissa"),
    call: floatingOnly("call"),
  };
};

/** Of bool, sums may pass 1: every result is whether it differs from 0. */
export function scalarWhole(f: Builder, dtype: Whole): Printer<Type, "i32"> {
  const wrap = (x: Value<Type>): Value<Type> => (dtype === "bool" ? isSet(dtype, x) : wrapped(dtype, x));
  const machine = machineType(dtype).type === "i64" ? i64 : i32;
  return whole(dtype, f, machine as unknown as Machine<"i32">, wrap as never) as unknown as Printer<Type, "i32">;
}
