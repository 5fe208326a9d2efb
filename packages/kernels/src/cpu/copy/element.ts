/**
 * How is one element read, converted and written? What the machine has, as it is; shorter whole numbers widened and cut,
 * bool as 0 or 1; float16 and bfloat16 become float32 when read and are rounded (ties to even) when written.
 */

import { type DType, type DTypeOf, type Facts, factsOf, isFloating, itemSize } from "../../dtype.ts";
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

type Scalar = Facts["machine"];

/** What an element is while it is computed with. */
export const machineType = (dtype: DType): { readonly type: Scalar } => machineOf(dtype);

const machines = { i32, i64, f32, f64 } as unknown as Readonly<Record<Scalar, typeof i32>>;
const machineOf = (dtype: DType): typeof i32 => machines[factsOf(dtype).machine];

const as = <T extends Scalar>(x: Value<Type>): Value<T> => x as Value<T>;

/** Bits of the machine type that the dtype leaves unused. */
const unusedBits = (dtype: DType): number => (factsOf(dtype).machine.endsWith("64") ? 64 : 32) - 8 * itemSize(dtype);

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

/** bfloat16 is the upper half of a float32. */
const fromBrain = (_f: Builder, bits: Value<"i32">): Value<"f32"> => f32.fromBits(i32.shiftLeft(bits, 16));

/** The bits of the nearest bfloat16. */
const toBrain = (f: Builder, x: Value<"f32">): Value<"i32"> => {
  const bits = f.let(i32.bits(x));
  const odd = i32.and(i32.shiftRightUnsigned(bits, 16), 1);
  const rounded = i32.shiftRightUnsigned(i32.add(i32.add(bits, 0x7fff), odd), 16);
  return select(i32.gt(i32.and(bits, 0x7fffffff), 0x7f800000), i32.of(0x7fc0), rounded);
};

/** Floating numbers that the machine does not have. */
type Packed = DTypeOf<{ readonly kind: "floating"; readonly size: 1 | 2 }>;

const packed: Readonly<
  Record<
    Packed,
    {
      readonly read: (f: Builder, bits: Value<"i32">) => Value<"f32">;
      readonly write: (f: Builder, x: Value<"f32">) => Value<"i32">;
    }
  >
> = {
  float16: { read: fromHalf, write: toHalf },
  bfloat16: { read: fromBrain, write: toBrain },
};
const isPacked = (dtype: DType): dtype is Packed => isFloating(dtype) && unusedBits(dtype) > 0;

/** By the size in bytes. */
const shortLoads = { 1: i32.load8Unsigned, 2: i32.load16Unsigned, 4: i32.load } as const;

/** The element at an address, as its machine type. */
export function loadElement(f: Builder, dtype: DType, at: Address): Value<Type> {
  const { size, isSigned, machine } = factsOf(dtype);
  if (size === 8 || unusedBits(dtype) === 0) return f.let(machineOf(dtype).load(at));
  const bits = shortLoads[size](at);
  if (isPacked(dtype)) return f.let(packed[dtype].read(f, bits));
  const x = machine === "i64" ? i64.extend(bits) : bits;
  return f.let(isSigned ? wrapped(dtype, x) : x);
}

/** Writes a value of the dtype's machine type. */
export function storeElement(f: Builder, dtype: DType, at: Address, x: Value<Type>): void {
  const { size, machine } = factsOf(dtype);
  if (size === 8 || unusedBits(dtype) === 0) {
    f.store(at, 0, x);
    return;
  }
  const bits = isPacked(dtype)
    ? packed[dtype].write(f, as<"f32">(x))
    : machine === "i64"
      ? i32.wrap(as<"i64">(x))
      : as<"i32">(x);
  if (size === 4) f.store(at, 0, bits);
  else f.storeNarrow(size, at, 0, bits);
}

/** A whole number within the range of its dtype: modulo that. */
export function wrapped(dtype: DType, x: Value<Type>): Value<Type> {
  const unused = unusedBits(dtype);
  if (unused === 0) return x;
  const t = machineOf(dtype);
  return (factsOf(dtype).isSigned ? t.shiftRight : t.shiftRightUnsigned)(t.shiftLeft(as<"i32">(x), unused), unused);
}

type Conversion = (x: Value<Type>) => Value<Type>;

/** To each machine type, from the others. Floating numbers out of range give the least or the most, NaN gives 0. */
const conversions = {
  f32: { f64: f32.demote, i32: f32.convertI32, i64: f32.convertI64 },
  f64: { f32: f64.promote, i32: f64.convertI32, i64: f64.convertI64 },
  i32: { f32: i32.truncF32, f64: i32.truncF64, i64: i32.wrap },
  i64: { f32: i64.truncF32, f64: i64.truncF64, i32: i64.extendSigned },
} as unknown as Readonly<Record<Scalar, Readonly<Record<Scalar, Conversion>>>>;

const converted = (x: Value<Type>, from: Scalar, to: Scalar): Value<Type> =>
  from === to ? x : conversions[to][from](x);

/** Whether a value of the dtype's machine type is not 0. */
export const isSet = (dtype: DType, x: Value<Type>): Value<"i32"> => machineOf(dtype).ne(as<"i32">(x), 0);

/**
 * A floating number as int64, before the bits are cut that the dtype has no room for. As on x86 and so in PyTorch there,
 * it goes by way of int32 (uint8: of int64), and what does not fit there ends as 0.
 */
function truncated(f: Builder, x: Value<Type>, from: DType, to: DType): Value<"i64"> {
  const whole = f.let(as<"i64">(converted(x, factsOf(from).machine, "i64")));
  const isLong = to === "uint8" || factsOf(to).machine === "i64";
  const fits = isLong ? i64.ne(whole, 2n ** 63n - 1n) : i64.eq(i64.extendSigned(i32.wrap(whole)), whole);
  return f.let(select(fits, whole, i64.of(0)));
}

/** Towards zero for whole numbers (out of range: int32 and int64 saturate, others keep the low bits), `!= 0` for bool. */
export function convertElement(f: Builder, x: Value<Type>, from: DType, to: DType): Value<Type> {
  if (from === to) return x;
  const { kind, machine } = factsOf(to);
  if (kind === "bool") return f.let(isSet(from, x));
  // float16 and bfloat16 are made of float32: float64 and int64 are rounded twice, as PyTorch rounds them
  if (kind === "floating" || unusedBits(to) === 0) return f.let(converted(x, factsOf(from).machine, machine));
  const whole = isFloating(from)
    ? converted(truncated(f, x, from, to), "i64", machine)
    : converted(x, factsOf(from).machine, machine);
  return f.let(wrapped(to, whole));
}
