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
} from "../../wasm/assembler/index.ts";
import type { Algebra } from "./algebra.ts";

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
  readonly copySign: (x: Value<T>, y: Value<T>) => Value<T>;
  readonly upper: One<T, T>;
  readonly isOdd: One<T, M>;
  readonly alternate: (x: Value<T>, n: Value<T>) => Value<T>;
  /** x where the condition holds, else 0. */
  readonly keep: (mask: Value<M>, x: Value<T>) => Value<T>;
}

/** A whole n plus this has n + 127 in its low bits: shifted up they are the exponent of 2ⁿ. */
const EXPONENT32 = 12582912 + 127;
export const EXPONENT64 = 6755399441055744 + 1023;
/** The bits of 2⁵²: or-ed with a whole number below it, a float64 of that size more. */
export const WHOLE64 = 0x4330000000000000n;
export const MANTISSA64 = 0x000fffffffffffffn;
/** The bits of √½, and what lifts them to those of 1: then the exponent grows at √½ and not at 1. */
const LOW32 = 0x3f3504f3;
const LIFT32 = 0x3f800000 - LOW32;
export const LOW64 = 0x3fe6a09e667f3bcdn;
export const LIFT64 = 0x3ff0000000000000n - LOW64;
export const SIGN64 = 1n << 63n;
export const UPPER64 = 0xffffffff00000000n;
/** A whole n plus this has the parity of n in its lowest bit. */
const WHOLE32 = 12582912;
export const EVEN64 = 6755399441055744;

/** Where literals come from: in vectors a register each, for as immediates they are built at each use. */
export interface Constants<T extends Type, M extends Type> {
  readonly of: (x: number) => Value<T>;
  readonly bits: (x: number | bigint) => Value<M>;
}

const spelling32: Spelling<"f32", "i32"> = {
  min: (x, y) => select(f32.lt(y, x), y, x),
  max: (x, y) => select(f32.lt(x, y), y, x),
  select,
  and: i32.and,
  or: i32.or,
  not: i32.isZero,
  power2: (n) => f32.fromBits(i32.shiftLeft(i32.bits(f32.add(n, EXPONENT32)), 23)),
  exponent: (x) => f32.convertI32(i32.sub(i32.shiftRightUnsigned(i32.add(i32.bits(x), LIFT32), 23), 127)),
  mantissa: (x) => f32.fromBits(i32.add(i32.and(i32.add(i32.bits(x), LIFT32), 0x7fffff), LOW32)),
  copySign: f32.copySign,
  upper: (x) => f32.fromBits(i32.and(i32.bits(x), -4096)),
  isOdd: (n) => i32.and(i32.bits(f32.add(n, WHOLE32)), 1),
  alternate: (x, n) => f32.fromBits(i32.xor(i32.bits(x), i32.shiftLeft(i32.bits(f32.add(n, WHOLE32)), 31))),
  keep: (mask, x) => select(mask, x, f32.of(0)),
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
    f64.sub(
      f64.fromBits(i64.or(i64.shiftRightUnsigned(i64.add(i64.bits(x), LIFT64), 52), WHOLE64)),
      4503599627370496 + 1023,
    ),
  mantissa: (x) => f64.fromBits(i64.add(i64.and(i64.add(i64.bits(x), LIFT64), MANTISSA64), LOW64)),
  copySign: f64.copySign,
  upper: (x) => f64.fromBits(i64.and(i64.bits(x), UPPER64)),
  isOdd: (n) => i32.and(i32.wrap(i64.bits(f64.add(n, EVEN64))), 1),
  alternate: (x, n) => f64.fromBits(i64.xor(i64.bits(x), i64.shiftLeft(i64.bits(f64.add(n, EVEN64)), 63))),
  keep: (mask, x) => select(mask, x, f64.of(0)),
};
const spelling32x4 = ({ of, bits }: Constants<"f32x4", "i32x4">): Spelling<"f32x4", "i32x4"> => {
  const bitsOf = i32x4.bits as (x: Operand<"f32x4">) => Value<"i32x4">;
  const lifted = (x: Operand<"f32x4">): Value<"i32x4"> => i32x4.add(bitsOf(x), bits(LIFT32));
  return {
    min: f32x4.pmin,
    max: f32x4.pmax,
    select: f32x4.select,
    and: i32x4.and,
    or: i32x4.or,
    not: i32x4.not,
    power2: (n) => f32x4.fromBits(i32x4.shiftLeft(bitsOf(f32x4.add(n, of(EXPONENT32))), 23)),
    exponent: (x) => f32x4.convertI32(i32x4.sub(i32x4.shiftRightUnsigned(lifted(x), 23), bits(127))),
    mantissa: (x) => f32x4.fromBits(i32x4.add(i32x4.and(lifted(x), bits(0x7fffff)), bits(LOW32))),
    copySign: (x, y) =>
      f32x4.fromBits(i32x4.or(i32x4.and(bitsOf(x), bits(0x7fffffff)), i32x4.and(bitsOf(y), bits(-0x80000000)))),
    upper: (x) => f32x4.fromBits(i32x4.and(bitsOf(x), bits(-4096))),
    isOdd: (n) => i32x4.eq(i32x4.and(bitsOf(f32x4.add(n, of(WHOLE32))), bits(1)), bits(1)),
    alternate: (x, n) => f32x4.fromBits(i32x4.xor(bitsOf(x), i32x4.shiftLeft(bitsOf(f32x4.add(n, of(WHOLE32))), 31))),
    keep: (mask, x) => f32x4.fromBits(i32x4.and(mask, bitsOf(x))),
  };
};
const spelling64x2 = ({ of, bits }: Constants<"f64x2", "i64x2">): Spelling<"f64x2", "i64x2"> => {
  const bitsOf = i64x2.bits as (x: Operand<"f64x2">) => Value<"i64x2">;
  const lifted = (x: Operand<"f64x2">): Value<"i64x2"> => i64x2.add(bitsOf(x), bits(LIFT64));
  return {
    min: f64x2.pmin,
    max: f64x2.pmax,
    select: f64x2.select,
    and: i64x2.and,
    or: i64x2.or,
    not: i64x2.not,
    power2: (n) => f64x2.fromBits(i64x2.shiftLeft(bitsOf(f64x2.add(n, of(EXPONENT64))), 52)),
    exponent: (x) =>
      f64x2.sub(
        f64x2.fromBits(i64x2.or(i64x2.shiftRightUnsigned(lifted(x), 52), bits(WHOLE64))),
        of(4503599627370496 + 1023),
      ),
    mantissa: (x) => f64x2.fromBits(i64x2.add(i64x2.and(lifted(x), bits(MANTISSA64)), bits(LOW64))),
    copySign: (x, y) =>
      f64x2.fromBits(i64x2.or(i64x2.and(bitsOf(x), bits(SIGN64 - 1n)), i64x2.and(bitsOf(y), bits(SIGN64)))),
    upper: (x) => f64x2.fromBits(i64x2.and(bitsOf(x), bits(UPPER64))),
    isOdd: (n) => i64x2.eq(i64x2.and(bitsOf(f64x2.add(n, of(EVEN64))), bits(1n)), bits(1n)),
    alternate: (x, n) => f64x2.fromBits(i64x2.xor(bitsOf(x), i64x2.shiftLeft(bitsOf(f64x2.add(n, of(EVEN64))), 63))),
    keep: (mask, x) => f64x2.fromBits(i64x2.and(mask, bitsOf(x))),
  };
};

/** Where vectors note the lanes that they leave to scalars: those of `rarely`. */
export type Left<M extends Type> = Value<M>[];

/** Every step is a variable of the kernel. */
interface Context<T extends Type, M extends Type = Type> {
  readonly f: Builder;
  readonly lanes: 1 | 2;
  readonly constant: (x: number) => Value<T>;
  readonly left?: Left<M> | undefined;
}

/** What is done to each lane; the results are variables. */
const each = <R extends Type>({ f, lanes }: Context<Type>, op: (i: number) => Value<R>): Value<R>[] => {
  const values: Value<R>[] = [];
  for (let i = 0; i < lanes; i++) values.push(f.let(op(i)));
  return values;
};

/** Scalars branch; vectors only note where. */
const rarely =
  <T extends Type, M extends Type>({ f, lanes, left }: Context<T, M>): Printer<T, M>["rarely"] =>
  ({ masks }, then, otherwise) => {
    if (lanes === 1) {
      const result = f.let(otherwise[0]!);
      f.when(masks[0] as Value<"i32">, () => result.set(then()[0]!));
      return [result];
    }
    if (!left) throw new TypeError("pointwise: need scalars beside vectors for a formula with `rarely`; got none.");
    left.push(...masks);
    return otherwise;
  };

/** A function of float64 on a scalar. */
const applied = (f: Builder, dtype: "float32" | "float64", callee: Kernel, x: Value<Type>): Value<Type> =>
  f.let(
    dtype === "float32"
      ? f32.demote(f.result<"f64">(callee, f64.promote(x as Value<"f32">)))
      : f.result<"f64">(callee, x),
  );

const real = <T extends Type, M extends Type>(
  dtype: "float32" | "float64",
  context: Context<T, M>,
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
      each(context, (i) =>
        Object.is(otherwise, 0)
          ? spelling.keep(c.masks[i]!, lane(then, i))
          : spelling.select(c.masks[i]!, lane(then, i), lane(otherwise, i)),
      ),
    power2: one(spelling.power2),
    rarely: rarely(context),
    exponent: one(spelling.exponent),
    mantissa: one(spelling.mantissa),
    copySign: (x, y) => each(context, (i) => spelling.copySign(x[i]!, y[i]!)),
    upper: one(spelling.upper),
    isOdd: (n) => new Condition(each(context, (i) => spelling.isOdd(n[i]!))),
    alternate: (x, n) => each(context, (i) => spelling.alternate(x[i]!, n[i]!)),
    call: (callee, [x]) => [applied(context.f, dtype, callee, x!)] as unknown as Lanes<T>,
  };
};

export const scalarFloat32 = (f: Builder): Printer<"f32", "i32"> =>
  real("float32", { f, lanes: 1, constant: f32.of }, f32, spelling32);
export const scalarFloat64 = (f: Builder): Printer<"f64", "i32"> =>
  real("float64", { f, lanes: 1, constant: f64.of }, f64, spelling64);
/** Literals as immediates: for formulas that have few. */
const immediate32: Constants<"f32x4", "i32x4"> = { of: f32x4.of, bits: i32x4.of };
const immediate64: Constants<"f64x2", "i64x2"> = { of: f64x2.of, bits: i64x2.of };

export const vectorFloat32 = (
  f: Builder,
  constants: Constants<"f32x4", "i32x4"> = immediate32,
  left?: Left<"i32x4">,
): Printer<"f32x4", "i32x4"> =>
  real("float32", { f, lanes: 2, constant: constants.of, left }, f32x4, spelling32x4(constants));
export const vectorFloat64 = (
  f: Builder,
  constants: Constants<"f64x2", "i64x2"> = immediate64,
  left?: Left<"i64x2">,
): Printer<"f64x2", "i64x2"> =>
  real("float64", { f, lanes: 2, constant: constants.of, left }, f64x2, spelling64x2(constants));
