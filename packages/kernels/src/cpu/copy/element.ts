/**
 * How is one element read, converted and written? float32, float64, int32 and int64 are what the machine has; bytes are
 * an i32, bool is 0 or 1, float16 and bfloat16 become float32 when read and are rounded (ties to even) when written.
 */

import type { DType } from "../../dtype.ts";
import {
  type Address,
  type Builder,
  f32,
  f64,
  i32,
  i64,
  select,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";

type Scalar = "i32" | "i64" | "f32" | "f64";

const machineTypes: Readonly<Record<DType, Scalar>> = {
  float32: "f32",
  float64: "f64",
  float16: "f32",
  bfloat16: "f32",
  int64: "i64",
  int32: "i32",
  uint8: "i32",
  bool: "i32",
};

/** What an element is while it is computed with. */
export const machineType = (dtype: DType): { readonly type: Scalar } => ({ type: machineTypes[dtype] });

/** float16 is a float32 with a smaller exponent: 2¹¹² brings it up, exactly, also where it is subnormal. */
const fromHalf = (f: Builder, half: Value<"i32">): Value<"f32"> => {
  const h = f.let(half);
  const magnitude = f32.mul(f32.fromBits(i32.shiftLeft(i32.and(h, 0x7fff), 13)), 2 ** 112);
  const hasDigits = i32.lt(i32.and(h, 0x7fff), 0x7c00);
  const bits = f.let(i32.or(i32.bits(magnitude), select(hasDigits, i32.of(0), i32.of(0x7f800000))));
  return f32.fromBits(i32.or(bits, i32.shiftLeft(i32.and(h, 0x8000), 16)));
};

/** The bits of the nearest float16. Below 2⁻¹⁴ adding ½ rounds to whole multiples of 2⁻²⁴, the smallest subnormal. */
const toHalf = (f: Builder, x: Value<"f32">): Value<"i32"> => {
  const bits = f.let(i32.bits(x));
  const magnitude = f.let(i32.and(bits, 0x7fffffff));
  const odd = i32.and(i32.shiftRightUnsigned(magnitude, 13), 1);
  const rounded = i32.add(i32.add(magnitude, 0xfff - (112 << 23)), odd);
  const normal = i32.shiftRightUnsigned(rounded, 13);
  const subnormal = i32.sub(i32.bits(f32.add(f32.fromBits(magnitude), 0.5)), 0x3f000000);
  const finite = select(i32.lt(magnitude, 0x38800000), subnormal, normal);
  const bounded = select(i32.lt(magnitude, 0x477ff000), finite, i32.of(0x7c00)); // from 65520 on: infinity
  const result = select(i32.gt(magnitude, 0x7f800000), i32.of(0x7e00), bounded);
  return i32.or(result, i32.and(i32.shiftRightUnsigned(bits, 16), 0x8000));
};

/** The bits of the nearest bfloat16: the upper half of a float32. */
const toBrain = (f: Builder, x: Value<"f32">): Value<"i32"> => {
  const bits = f.let(i32.bits(x));
  const odd = i32.and(i32.shiftRightUnsigned(bits, 16), 1);
  const rounded = i32.shiftRightUnsigned(i32.add(i32.add(bits, 0x7fff), odd), 16);
  return select(i32.gt(i32.and(bits, 0x7fffffff), 0x7f800000), i32.of(0x7fc0), rounded);
};

/** The element at an address, as its machine type. */
export function loadElement(f: Builder, dtype: DType, at: Address): Value<Type> {
  switch (dtype) {
    case "float32":
      return f.let(f32.load(at));
    case "float64":
      return f.let(f64.load(at));
    case "int64":
      return f.let(i64.load(at));
    case "int32":
      return f.let(i32.load(at));
    case "uint8":
    case "bool":
      return f.let(i32.load8Unsigned(at));
    case "float16":
      return f.let(fromHalf(f, i32.load16Unsigned(at)));
    case "bfloat16":
      return f.let(f32.fromBits(i32.shiftLeft(i32.load16Unsigned(at), 16)));
  }
}

/** Writes a value of the dtype's machine type. */
export function storeElement(f: Builder, dtype: DType, at: Address, x: Value<Type>): void {
  switch (dtype) {
    case "uint8":
    case "bool":
      f.storeNarrow(1, at, 0, x as Value<"i32">);
      break;
    case "float16":
      f.storeNarrow(2, at, 0, toHalf(f, x as Value<"f32">));
      break;
    case "bfloat16":
      f.storeNarrow(2, at, 0, toBrain(f, x as Value<"f32">));
      break;
    default:
      f.store(at, 0, x);
  }
}

type Conversions = Readonly<Record<Scalar, (x: Value<Type>) => Value<Type>>>;
const as = <T extends Scalar>(x: Value<Type>): Value<T> => x as Value<T>;

const toF32: Conversions = {
  f32: (x) => x,
  f64: (x) => f32.demote(as<"f64">(x)),
  i32: (x) => f32.convertI32(as<"i32">(x)),
  i64: (x) => f32.convertI64(as<"i64">(x)),
};
const toF64: Conversions = {
  f32: (x) => f64.promote(as<"f32">(x)),
  f64: (x) => x,
  i32: (x) => f64.convertI32(as<"i32">(x)),
  i64: (x) => f64.convertI64(as<"i64">(x)),
};
const toI32: Conversions = {
  f32: (x) => i32.truncF32(as<"f32">(x)),
  f64: (x) => i32.truncF64(as<"f64">(x)),
  i32: (x) => x,
  i64: (x) => i32.wrap(as<"i64">(x)),
};
const toI64: Conversions = {
  f32: (x) => i64.truncF32(as<"f32">(x)),
  f64: (x) => i64.truncF64(as<"f64">(x)),
  i32: (x) => i64.extendSigned(as<"i32">(x)),
  i64: (x) => x,
};
const toByte: Conversions = {
  f32: (x) => i32.and(i32.wrap(i64.truncF32(as<"f32">(x))), 255),
  f64: (x) => i32.and(i32.wrap(i64.truncF64(as<"f64">(x))), 255),
  i32: (x) => i32.and(as<"i32">(x), 255),
  i64: (x) => i32.and(i32.wrap(as<"i64">(x)), 255),
};
const toBool: Conversions = {
  f32: (x) => f32.ne(as<"f32">(x), 0),
  f64: (x) => f64.ne(as<"f64">(x), 0),
  i32: (x) => i32.ne(as<"i32">(x), 0),
  i64: (x) => i64.ne(as<"i64">(x), 0),
};
const conversions: Readonly<Record<DType, Conversions>> = {
  float32: toF32,
  float64: toF64,
  float16: toF32, // float64 and int64 are rounded twice, as PyTorch rounds them
  bfloat16: toF32,
  int64: toI64,
  int32: toI32,
  uint8: toByte,
  bool: toBool,
};

/** Towards zero for whole numbers (out of range saturates, uint8 keeps the low bits), `!= 0` for bool. */
export const convertElement = (f: Builder, x: Value<Type>, from: DType, to: DType): Value<Type> =>
  from === to ? x : f.let(conversions[to][machineTypes[from]](x));
