/**
 * A formula as WebAssembly. Values stand in lanes: one scalar (tails, strided operands), or two vectors side by side, so
 * that V8 can join them. Scalars and vectors give the same bits.
 */
import {
  type Builder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type Kernel,
  type Operand,
  select,
  type Type,
  type Value,
} from "../assembler/index.ts";
import type { Algebra } from "./algebra.ts";
import { hugeQuadrant, hugeRest } from "./huge.ts";

/** One scalar, or two vectors. */
export type Lanes<T extends Type> = readonly Value<T>[];

/** What a comparison gives, lane by lane: 0 or 1 (scalar), all zeros or all ones (vector). */
export class Condition<M extends Type> {
  readonly masks: Lanes<M>;
  constructor(masks: Lanes<M>) {
    this.masks = masks;
  }
}

export type Printer<T extends Type, M extends Type> = Algebra<Lanes<T>, Condition<M>>;

export type One<T extends Type, R extends Type> = (x: Operand<T>) => Value<R>;
export type Two<T extends Type, R extends Type> = (x: Operand<T>, y: Operand<T>) => Value<R>;

/** What scalar and vector floating types share. */
interface Real<T extends Type, M extends Type> {
  readonly of: (x: number) => Value<T>;
  readonly lt: Two<T, M>;
  readonly le: Two<T, M>;
  readonly eq: Two<T, M>;
  readonly ne: Two<T, M>;
  readonly add: Two<T, T>;
  readonly sub: Two<T, T>;
  readonly mul: Two<T, T>;
  readonly div: Two<T, T>;
  readonly neg: One<T, T>;
  readonly abs: One<T, T>;
  readonly sqrt: One<T, T>;
  readonly floor: One<T, T>;
  readonly ceil: One<T, T>;
  readonly trunc: One<T, T>;
  readonly nearest: One<T, T>;
}

/** What each spells in its own way. */
interface Spelling<T extends Type, M extends Type> {
  readonly min: (x: Value<T>, y: Value<T>) => Value<T>;
  readonly max: (x: Value<T>, y: Value<T>) => Value<T>;
  readonly select: (mask: Value<M>, then: Value<T>, otherwise: Value<T>) => Value<T>;
  readonly and: Two<M, M>;
  readonly or: Two<M, M>;
  readonly not: One<M, M>;
  readonly power2: One<T, T>;
  readonly exponent: One<T, T>;
  readonly mantissa: One<T, T>;
  /** Whether the condition holds anywhere. */
  readonly any: (masks: readonly Value<M>[]) => Value<"i32">;
  /** A function of float64 on each element. */
  readonly apply: (f: Builder, callee: Kernel, x: Value<T>) => Value<T>;
}

/** A whole n plus this has n + 127 in its low bits: shifted up they are the exponent of 2ⁿ. */
const EXPONENT32 = 12582912 + 127;
const EXPONENT64 = 6755399441055744 + 1023;
/** The bits of 2⁵²: or-ed with a whole number below it, a float64 of that size more. */
const WHOLE64 = 0x4330000000000000n;
const MANTISSA64 = 0x000fffffffffffffn;
const HALF64 = 0x3fe0000000000000n;

const spelling32: Spelling<"f32", "i32"> = {
  min: (x, y) => select(f32.lt(y, x), y, x),
  max: (x, y) => select(f32.lt(x, y), y, x),
  select,
  and: i32.and,
  or: i32.or,
  not: i32.isZero,
  power2: (n) => f32.fromBits(i32.shiftLeft(i32.bits(f32.add(n, EXPONENT32)), 23)),
  exponent: (x) => f32.convertI32(i32.sub(i32.shiftRightUnsigned(i32.bits(x), 23), 126)),
  mantissa: (x) => f32.fromBits(i32.or(i32.and(i32.bits(x), 0x7fffff), 0x3f000000)),
  any: ([mask]) => mask!,
  apply: (f, callee, x) => f32.demote(f.result<"f64">(callee, f64.promote(x))),
};
const spelling64: Spelling<"f64", "i32"> = {
  min: (x, y) => select(f64.lt(y, x), y, x),
  max: (x, y) => select(f64.lt(x, y), y, x),
  select,
  and: i32.and,
  or: i32.or,
  not: i32.isZero,
  power2: (n) => f64.fromBits(i64.shiftLeft(i64.bits(f64.add(n, EXPONENT64)), 52)),
  exponent: (x) =>
    f64.sub(f64.fromBits(i64.or(i64.shiftRightUnsigned(i64.bits(x), 52), WHOLE64)), 4503599627370496 + 1022),
  mantissa: (x) => f64.fromBits(i64.or(i64.and(i64.bits(x), MANTISSA64), HALF64)),
  any: ([mask]) => mask!,
  apply: (f, callee, x) => f.result<"f64">(callee, x),
};
const vector32 = (x: Operand<"f32x4">): Value<"f32x4"> => (typeof x === "object" ? x : f32x4.of(x));
const vector64 = (x: Operand<"f64x2">): Value<"f64x2"> => (typeof x === "object" ? x : f64x2.of(x));
const spelling32x4: Spelling<"f32x4", "i32x4"> = {
  min: f32x4.pmin,
  max: f32x4.pmax,
  select: f32x4.select,
  and: i32x4.and,
  or: i32x4.or,
  not: i32x4.not,
  power2: (n) => f32x4.fromBits(i32x4.shiftLeft(i32x4.bits(f32x4.add(n, EXPONENT32)), 23)),
  exponent: (x) => f32x4.convertI32(i32x4.sub(i32x4.shiftRightUnsigned(i32x4.bits(vector32(x)), 23), 126)),
  mantissa: (x) => f32x4.fromBits(i32x4.or(i32x4.and(i32x4.bits(vector32(x)), 0x7fffff), 0x3f000000)),
  any: ([low, high]) => i32x4.anyTrue(i32x4.or(low!, high!)),
  apply: (f, callee, x) => {
    let result = x;
    for (let lane = 0; lane < 4; lane++) {
      const y = f.result<"f64">(callee, f64.promote(f32x4.extract(x, lane)));
      result = f.let(f32x4.replace(result, lane, f32.demote(y)));
    }
    return result;
  },
};
const spelling64x2: Spelling<"f64x2", "i64x2"> = {
  min: f64x2.pmin,
  max: f64x2.pmax,
  select: f64x2.select,
  and: i64x2.and,
  or: i64x2.or,
  not: i64x2.not,
  power2: (n) => f64x2.fromBits(i64x2.shiftLeft(i64x2.bits(f64x2.add(n, EXPONENT64)), 52)),
  exponent: (x) =>
    f64x2.sub(
      f64x2.fromBits(i64x2.or(i64x2.shiftRightUnsigned(i64x2.bits(vector64(x)), 52), WHOLE64)),
      4503599627370496 + 1022,
    ),
  mantissa: (x) => f64x2.fromBits(i64x2.or(i64x2.and(i64x2.bits(vector64(x)), MANTISSA64), HALF64)),
  any: ([low, high]) => i64x2.anyTrue(i64x2.or(low!, high!)),
  apply: (f, callee, x) => {
    const low = f.let(f64x2.splat(f.result<"f64">(callee, f64x2.extract(x, 0))));
    return f64x2.replace(low, 1, f.result<"f64">(callee, f64x2.extract(x, 1)));
  },
};

/** Every step is a variable of the kernel; `constant` finds the register of a literal, or writes the literal. */
interface Context<T extends Type> {
  readonly f: Builder;
  readonly lanes: 1 | 2;
  readonly constant: (x: number) => Value<T>;
}

/** What is done to each lane; the results are variables. */
const each = <R extends Type>({ f, lanes }: Context<Type>, op: (i: number) => Value<R>): Value<R>[] => {
  const values: Value<R>[] = [];
  for (let i = 0; i < lanes; i++) values.push(f.let(op(i)));
  return values;
};

/** Asks first whether any lane needs it: then all are reduced, and those that need it keep the result. */
const reduceHuge =
  <T extends Type, M extends Type>({ f }: Context<T>, spelling: Spelling<T, M>): Printer<T, M>["reduceHuge"] =>
  ({ masks }, x, rest, quadrant) => {
    const rests = rest.map((v) => f.let(v));
    const quadrants = quadrant.map((v) => f.let(v));
    f.when(spelling.any(masks), () => {
      masks.forEach((mask, i) => {
        const [r, q] = [rests[i]!, quadrants[i]!];
        r.set(spelling.select(mask, f.let(spelling.apply(f, hugeRest, x[i]!)), r));
        q.set(spelling.select(mask, f.let(spelling.apply(f, hugeQuadrant, x[i]!)), q));
      });
    });
    return [rests, quadrants];
  };

const real = <T extends Type, M extends Type>(
  dtype: "float32" | "float64",
  context: Context<T>,
  table: Real<T, M>,
  spelling: Spelling<T, M>,
): Printer<T, M> => {
  type Input = Lanes<T> | number;
  const lane = (x: Input, i: number): Value<T> => (typeof x === "number" ? context.constant(x) : x[i]!);
  const one = (op: One<T, T>) => (x: Lanes<T>) => each(context, (i) => op(x[i]!));
  const two = (op: (x: Value<T>, y: Value<T>) => Value<T>) => (x: Input, y: Input) =>
    each(context, (i) => op(lane(x, i), lane(y, i)));
  const test = (op: Two<T, M>) => (x: Input, y: Input) =>
    new Condition(each(context, (i) => op(lane(x, i), lane(y, i))));
  const join = (op: Two<M, M>) => (a: Condition<M>, b: Condition<M>) =>
    new Condition(each(context, (i) => op(a.masks[i]!, b.masks[i]!)));
  return {
    dtype,
    add: two(table.add),
    sub: two(table.sub),
    mul: two(table.mul),
    div: two(table.div),
    neg: one(table.neg),
    abs: one(table.abs),
    sqrt: one(table.sqrt),
    floor: one(table.floor),
    ceil: one(table.ceil),
    trunc: one(table.trunc),
    round: one(table.nearest),
    min: two(spelling.min),
    max: two(spelling.max),
    lt: test(table.lt),
    le: test(table.le),
    eq: test(table.eq),
    ne: test(table.ne),
    and: join(spelling.and),
    or: join(spelling.or),
    not: (a) => new Condition(each(context, (i) => spelling.not(a.masks[i]!))),
    select: (c, then, otherwise) =>
      each(context, (i) => spelling.select(c.masks[i]!, lane(then, i), lane(otherwise, i))),
    power2: one(spelling.power2),
    exponent: one(spelling.exponent),
    mantissa: one(spelling.mantissa),
    reduceHuge: reduceHuge(context, spelling),
  };
};

export const scalarFloat32 = (f: Builder): Printer<"f32", "i32"> =>
  real("float32", { f, lanes: 1, constant: f32.of }, f32, spelling32);
export const scalarFloat64 = (f: Builder): Printer<"f64", "i32"> =>
  real("float64", { f, lanes: 1, constant: f64.of }, f64, spelling64);
export const vectorFloat32 = (f: Builder, constant: (x: number) => Value<"f32x4">): Printer<"f32x4", "i32x4"> =>
  real("float32", { f, lanes: 2, constant }, f32x4, spelling32x4);
export const vectorFloat64 = (f: Builder, constant: (x: number) => Value<"f64x2">): Printer<"f64x2", "i64x2"> =>
  real("float64", { f, lanes: 2, constant }, f64x2, spelling64x2);
