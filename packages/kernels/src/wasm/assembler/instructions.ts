/** Which instructions exist? One table per type; the only place with opcodes. Instructions with effects are in builder.ts. */
import { simd, unsigned } from "./encoding.ts";
import { type Code, codeOf, type Operand, type Type, Value } from "./value.ts";

export type Address = Value<"i32">;

export type Unary<A extends Type, R extends Type> = (x: Operand<A>) => Value<R>;
export type Binary<A extends Type, R extends Type> = (x: Operand<A>, y: Operand<A>) => Value<R>;
export type Load<R extends Type> = (address: Address, offset?: number) => Value<R>;
type Shift<T extends Type> = (x: Operand<T>, by: Operand<"i32">) => Value<T>;
type Update<T extends Type> = (address: Address, offset: number, by: Operand<T>) => Value<T>;
type Lane<T extends Type, R extends Type> = (x: Operand<T>, lane: number) => Value<R>;

export const unary =
  <A extends Type, R extends Type>(from: A, to: R, op: number[]): Unary<A, R> =>
  (x) =>
    new Value(to, [...codeOf(from, x), ...op]);

export const binary =
  <A extends Type, R extends Type>(from: A, to: R, op: number[]): Binary<A, R> =>
  (x, y) =>
    new Value(to, [...codeOf(from, x), ...codeOf(from, y), ...op]);

export const load =
  <R extends Type>(to: R, op: number[], alignment: number): Load<R> =>
  (address, offset = 0) =>
    new Value(to, [...address.code, ...op, alignment, ...unsigned(offset)]);

const shift =
  <T extends Type>(type: T, op: number[]): Shift<T> =>
  (x, by) =>
    new Value(type, [...codeOf(type, x), ...codeOf("i32", by), ...op]);

const update =
  <T extends Type>(type: T, op: number, alignment: number): Update<T> =>
  (address, offset, by) =>
    new Value(type, [...address.code, ...codeOf(type, by), 0xfe, op, alignment, ...unsigned(offset)]);

export const lane =
  <T extends Type, R extends Type>(from: T, to: R, op: number): Lane<T, R> =>
  (x, index) =>
    new Value(to, [...codeOf(from, x), ...simd(op), index]);

export const of =
  <T extends Type>(type: T) =>
  (x: number | bigint): Value<T> =>
    new Value(type, codeOf(type, x));

/** The same bits as another type of the same width; no instruction. */
export const cast =
  <A extends Type, R extends Type>(to: R) =>
  (x: Value<A>): Value<R> =>
    new Value(to, x.code);

/** `then` where the condition holds, else `otherwise`; both are evaluated. */
export const select = <T extends Type>(condition: Value<"i32">, then: Value<T>, otherwise: Value<T>): Value<T> =>
  new Value(then.type, [...then.code, ...otherwise.code, ...condition.code, 0x1b]);

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;

/** Instructions whose opcodes follow each other, by name. */
export const row = <S extends string, I>(names: S, instruction: (n: number) => I): Record<Words<S>, I> =>
  Object.fromEntries(names.split(" ").map((name, n) => [name, instruction(n)])) as Record<Words<S>, I>;

export const tests = "eq ne lt gt le ge";

interface IntegerTable<T extends "i32" | "i64"> {
  readonly isZero: Unary<T, "i32">;
  readonly eq: Binary<T, "i32">;
  readonly ne: Binary<T, "i32">;
  readonly lt: Binary<T, "i32">;
  readonly ltUnsigned: Binary<T, "i32">;
  readonly gt: Binary<T, "i32">;
  readonly gtUnsigned: Binary<T, "i32">;
  readonly le: Binary<T, "i32">;
  readonly leUnsigned: Binary<T, "i32">;
  readonly ge: Binary<T, "i32">;
  readonly geUnsigned: Binary<T, "i32">;
  readonly add: Binary<T, T>;
  readonly sub: Binary<T, T>;
  readonly mul: Binary<T, T>;
  /** Traps on division by zero and on overflow. */
  readonly div: Binary<T, T>;
  readonly divUnsigned: Binary<T, T>;
  readonly rem: Binary<T, T>;
  readonly remUnsigned: Binary<T, T>;
  readonly and: Binary<T, T>;
  readonly or: Binary<T, T>;
  readonly xor: Binary<T, T>;
  readonly shiftLeft: Binary<T, T>;
  readonly shiftRight: Binary<T, T>;
  readonly shiftRightUnsigned: Binary<T, T>;
  readonly rotateLeft: Binary<T, T>;
}

const integer = <T extends "i32" | "i64">(t: T, eqz: number, clz: number): IntegerTable<T> => ({
  isZero: unary(t, "i32", [eqz]),
  ...row("eq ne lt ltUnsigned gt gtUnsigned le leUnsigned ge geUnsigned", (n) => binary(t, "i32", [eqz + 1 + n])),
  ...row(
    "add sub mul div divUnsigned rem remUnsigned and or xor shiftLeft shiftRight shiftRightUnsigned rotateLeft",
    (n) => binary(t, t, [clz + 3 + n]),
  ),
});

export interface Arithmetics<T extends Type, Test extends Type> {
  readonly eq: Binary<T, Test>;
  readonly ne: Binary<T, Test>;
  readonly lt: Binary<T, Test>;
  readonly gt: Binary<T, Test>;
  readonly le: Binary<T, Test>;
  readonly ge: Binary<T, Test>;
  readonly abs: Unary<T, T>;
  readonly neg: Unary<T, T>;
  readonly sqrt: Unary<T, T>;
  readonly ceil: Unary<T, T>;
  readonly floor: Unary<T, T>;
  /** Towards zero. */
  readonly trunc: Unary<T, T>;
  /** To the nearest whole number, ties to even. */
  readonly nearest: Unary<T, T>;
  readonly add: Binary<T, T>;
  readonly sub: Binary<T, T>;
  readonly mul: Binary<T, T>;
  readonly div: Binary<T, T>;
  /** NaN if either is; −0 < 0. Several machine instructions: prefer `pmin` where that does. */
  readonly min: Binary<T, T>;
  readonly max: Binary<T, T>;
}

const real = <T extends "f32" | "f64">(
  t: T,
  eq: number,
  abs: number,
): Arithmetics<T, "i32"> & { readonly copySign: Binary<T, T> } => ({
  ...row(tests, (n) => binary(t, "i32", [eq + n])),
  ...row("abs neg ceil floor trunc nearest sqrt", (n) => unary(t, t, [abs + n])),
  ...row("add sub mul div min max copySign", (n) => binary(t, t, [abs + 7 + n])),
});

interface BitsTable<T extends "i32x4" | "i64x2"> {
  readonly and: Binary<T, T>;
  readonly or: Binary<T, T>;
  readonly xor: Binary<T, T>;
  readonly not: Unary<T, T>;
  readonly anyTrue: Unary<T, "i32">;
  readonly load: Load<T>;
  readonly select: (mask: Value<T>, then: Operand<T>, otherwise: Operand<T>) => Value<T>;
}

const bitwise = <T extends "i32x4" | "i64x2">(t: T): BitsTable<T> => ({
  and: binary(t, t, simd(0x4e)),
  or: binary(t, t, simd(0x50)),
  xor: binary(t, t, simd(0x51)),
  not: unary(t, t, simd(0x4d)),
  anyTrue: unary(t, "i32", simd(0x53)),
  load: load(t, simd(0), 2),
  select: (mask, then, otherwise) =>
    new Value(t, [...codeOf(t, then), ...codeOf(t, otherwise), ...mask.code, ...simd(0x52)]),
});

const withWait = {
  atomicLoad: load("i32", [0xfe, 0x10], 2),
  atomicAdd: update("i32", 0x1e, 2),
  /** Wakes up to `count` waiters; the number woken. */
  notify: update("i32", 0x00, 2),
  /** Sleeps while the word equals `expected`, for so many nanoseconds or for ever: 0 woken, 1 not equal, 2 timed out. */
  wait: (address: Address, offset: number, expected: Operand<"i32">, nanoseconds = -1): Value<"i32"> =>
    new Value("i32", [
      ...address.code,
      ...codeOf("i32", expected),
      ...codeOf("i64", nanoseconds),
      0xfe,
      0x01,
      2,
      ...unsigned(offset),
    ]),
};

export const i32 = {
  type: "i32" as const,
  of: of("i32"),
  ...integer("i32", 0x45, 0x67),
  ...withWait,
  load: load("i32", [0x28], 2),
  load8Unsigned: load("i32", [0x2d], 0),
  load16Unsigned: load("i32", [0x2f], 1),
  wrap: unary("i64", "i32", [0xa7]),
  bits: unary("f32", "i32", [0xbc]),
  /** Towards zero; out of range saturates, NaN gives 0. */
  truncF32: unary("f32", "i32", [0xfc, 0]),
  truncF64: unary("f64", "i32", [0xfc, 2]),
};
export const i64 = {
  type: "i64" as const,
  of: of("i64"),
  ...integer("i64", 0x50, 0x79),
  load: load("i64", [0x29], 3),
  bits: unary("f64", "i64", [0xbd]),
  extend: unary("i32", "i64", [0xad]),
  extendSigned: unary("i32", "i64", [0xac]),
  truncF32: unary("f32", "i64", [0xfc, 4]),
  truncF64: unary("f64", "i64", [0xfc, 6]),
  atomicLoad: load("i64", [0xfe, 0x11], 3),
  /** Stores `next` if the word equals `expected`; the word found. */
  compareExchange: (address: Address, offset: number, expected: Operand<"i64">, next: Operand<"i64">): Value<"i64"> =>
    new Value("i64", [
      ...address.code,
      ...codeOf("i64", expected),
      ...codeOf("i64", next),
      0xfe,
      0x49,
      3,
      ...unsigned(offset),
    ]),
};
export const f32 = {
  type: "f32" as const,
  of: of("f32"),
  ...real("f32", 0x5b, 0x8b),
  load: load("f32", [0x2a], 2),
  fromBits: unary("i32", "f32", [0xbe]),
  demote: unary("f64", "f32", [0xb6]),
  convertI32: unary("i32", "f32", [0xb2]),
  convertI64: unary("i64", "f32", [0xb4]),
};
export const f64 = {
  type: "f64" as const,
  of: of("f64"),
  ...real("f64", 0x61, 0x99),
  load: load("f64", [0x2b], 3),
  fromBits: unary("i64", "f64", [0xbf]),
  promote: unary("f32", "f64", [0xbb]),
  convertI32: unary("i32", "f64", [0xb7]),
  convertI64: unary("i64", "f64", [0xb9]),
  convertU64: unary("i64", "f64", [0xba]),
};

/** Lanes of x (0–3) and of y (4–7), in the order given. */
export const shuffle = <T extends "f32x4" | "i64x2">(
  x: Value<T>,
  y: Value<T>,
  lanes: readonly [number, number, number, number],
): Value<T> =>
  new Value(x.type, [
    ...x.code,
    ...y.code,
    ...simd(13),
    ...lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]),
  ]);

export const i32x4 = {
  type: "i32x4" as const,
  of: of("i32x4"),
  ...bitwise("i32x4"),
  bits: cast<"f32x4", "i32x4">("i32x4"),
  splat: unary("i32", "i32x4", simd(0x11)),
  extract: lane("i32x4", "i32", 0x1b),
  eq: binary("i32x4", "i32x4", simd(0x37)),
  ne: binary("i32x4", "i32x4", simd(0x38)),
  lt: binary("i32x4", "i32x4", simd(0x39)),
  gt: binary("i32x4", "i32x4", simd(0x3b)),
  le: binary("i32x4", "i32x4", simd(0x3d)),
  ge: binary("i32x4", "i32x4", simd(0x3f)),
  add: binary("i32x4", "i32x4", simd(0xae)),
  sub: binary("i32x4", "i32x4", simd(0xb1)),
  mul: binary("i32x4", "i32x4", simd(0xb5)),
  shiftLeft: shift("i32x4", simd(0xab)),
  shiftRight: shift("i32x4", simd(0xac)),
  shiftRightUnsigned: shift("i32x4", simd(0xad)),
  truncF32: unary("f32x4", "i32x4", simd(0xf8)),
};

/** The lanes of x and y (in the range of int8) as eight bytes, twice. */
export const narrow8 = (x: Value<"i32x4">, y: Value<"i32x4">): Value<"i64x2"> => {
  const words = [...x.code, ...y.code, ...simd(0x85)];
  return new Value("i64x2", [...words, ...words, ...simd(0x65)]);
};

/** Four bytes, each widened to 32 bits. */
export const load8x4Unsigned = (address: Address, offset = 0): Value<"i32x4"> =>
  new Value("i32x4", [...address.code, ...simd(0x5c), 0, ...unsigned(offset), ...simd(0x89), ...simd(0xa9)]);

export const i64x2 = {
  type: "i64x2" as const,
  of: of("i64x2"),
  ...bitwise("i64x2"),
  bits: cast<"f64x2", "i64x2">("i64x2"),
  splat: unary("i64", "i64x2", simd(0x12)),
  extract: lane("i64x2", "i64", 0x1d),
  eq: binary("i64x2", "i64x2", simd(0xd6)),
  ne: binary("i64x2", "i64x2", simd(0xd7)),
  lt: binary("i64x2", "i64x2", simd(0xd8)),
  gt: binary("i64x2", "i64x2", simd(0xd9)),
  add: binary("i64x2", "i64x2", simd(0xce)),
  sub: binary("i64x2", "i64x2", simd(0xd1)),
  mul: binary("i64x2", "i64x2", simd(0xd5)),
  shiftLeft: shift("i64x2", simd(0xcb)),
  shiftRight: shift("i64x2", simd(0xcc)),
  shiftRightUnsigned: shift("i64x2", simd(0xcd)),
};
export const pointer: typeof i32 = i32;

/** The smaller of x and y, as signed integers. */
export const least = (x: Value<"i32">, y: number | Value<"i32">): Value<"i32"> =>
  select(i32.lt(x, y), x, typeof y === "number" ? i32.of(y) : y);

/** Opcodes of stores, by type: `narrow` writes the low bytes of an i32. */
export const stores: Readonly<Record<Type, Code>> = {
  i32: [0x36, 2],
  i64: [0x37, 3],
  f32: [0x38, 2],
  f64: [0x39, 3],
  f32x4: [...simd(11), 2],
  f64x2: [...simd(11), 2],
  i32x4: [...simd(11), 2],
  i64x2: [...simd(11), 2],
};
export const narrowStores: { readonly 1: Code; readonly 2: Code } = { 1: [0x3a, 0], 2: [0x3b, 1] };
export const atomicStores: { readonly i32: Code; readonly i64: Code } = { i32: [0xfe, 0x17, 2], i64: [0xfe, 0x18, 3] };
