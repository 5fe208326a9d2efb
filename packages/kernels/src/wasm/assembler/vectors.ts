/** Instructions on vectors of floats: apart, for those who only move elements need none. */
import { simd } from "./encoding.ts";
import {
  type Arithmetics,
  type Binary,
  binary,
  cast,
  type Load,
  lane,
  load,
  of,
  row,
  tests,
  type Unary,
  unary,
} from "./instructions.ts";
import { codeOf, type Operand, Value } from "./value.ts";

type Mask<T extends "f32x4" | "f64x2"> = T extends "f32x4" ? "i32x4" : "i64x2";

interface VectorTable<T extends "f32x4" | "f64x2"> extends Arithmetics<T, Mask<T>> {
  /** y < x ? y : x: one machine instruction, keeps x when either is NaN. */
  readonly pmin: Binary<T, T>;
  /** x < y ? y : x; keeps x when either is NaN. */
  readonly pmax: Binary<T, T>;
  readonly load: Load<T>;
  /** Lane by lane: `then` where the mask is all ones, else `otherwise`. */
  readonly select: (mask: Value<Mask<T>>, then: Operand<T>, otherwise: Operand<T>) => Value<T>;
  readonly fromBits: (x: Value<Mask<T>>) => Value<T>;
}

const vector = <T extends "f32x4" | "f64x2">(
  t: T,
  mask: Mask<T>,
  eq: number,
  abs: number,
  rounding: readonly [number, number, number, number],
): VectorTable<T> => {
  const one = (op: number): Unary<T, T> => unary(t, t, simd(op));
  return {
    ...row(tests, (n) => binary(t, mask, simd(eq + n))),
    abs: one(abs),
    neg: one(abs + 1),
    sqrt: one(abs + 3),
    ceil: one(rounding[0]),
    floor: one(rounding[1]),
    trunc: one(rounding[2]),
    nearest: one(rounding[3]),
    ...row("add sub mul div min max pmin pmax", (n) => binary(t, t, simd(abs + 4 + n))),
    load: load(t, simd(0), 2),
    select: (m, then, otherwise) =>
      new Value(t, [...codeOf(t, then), ...codeOf(t, otherwise), ...m.code, ...simd(0x52)]),
    fromBits: cast(t),
  };
};

export const f32x4 = {
  type: "f32x4" as const,
  of: of("f32x4"),
  ...vector("f32x4", "i32x4", 0x41, 0xe0, [0x67, 0x68, 0x69, 0x6a]),
  splat: unary("f32", "f32x4", simd(0x13)),
  loadSplat: load("f32x4", simd(9), 2),
  extract: lane("f32x4", "f32", 0x1f),
  convertI32: unary("i32x4", "f32x4", simd(0xfa)),
  /** The two doubles rounded into lanes 0 and 1; lanes 2 and 3 are zero. */
  demoteZero: unary("f64x2", "f32x4", simd(0x5e)),
};

/** x with one lane replaced. */
export const replaceLane = (x: Value<"f32x4">, lane: number, value: Operand<"f32">): Value<"f32x4"> =>
  new Value("f32x4", [...x.code, ...codeOf("f32", value), ...simd(0x20), lane]);

/** x·y + z, rounded once or twice as the engine likes: opt-in numerics only. Absent from Node 20. */
export const relaxedMultiplyAdd = <T extends "f32x4" | "f64x2">(x: Value<T>, y: Value<T>, z: Value<T>): Value<T> =>
  new Value(x.type, [...x.code, ...y.code, ...z.code, ...simd(x.type === "f32x4" ? 0x105 : 0x107)]);

export const f64x2 = {
  type: "f64x2" as const,
  of: of("f64x2"),
  ...vector("f64x2", "i64x2", 0x47, 0xec, [0x74, 0x75, 0x7a, 0x94]),
  /** Flips the sign bit. V8 13.6 joins two of the instruction meant for this into one that flips other bits too. */
  neg: (x: Operand<"f64x2">): Value<"f64x2"> =>
    new Value("f64x2", [...codeOf("f64x2", x), ...codeOf("i64x2", 1n << 63n), ...simd(0x51)]),
  splat: unary("f64", "f64x2", simd(0x14)),
  loadSplat: load("f64x2", simd(10), 3),
  extract: lane("f64x2", "f64", 0x21),
  promoteLow: unary("f32x4", "f64x2", simd(0x5f)),
};
