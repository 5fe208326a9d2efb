/**
 * How is one element read, converted and written? What the machine has, as it is; shorter whole numbers widened and cut,
 * bool as 0 or 1; float16 and bfloat16 become float32 when read and are rounded (ties to even) when written.
 */

import { type DType, type DTypeOf, type Facts, factsOf, isFloating, itemSize, rangeOf } from "../../dtype.ts";
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
type Load = (at: Address) => Value<Type>;

/** What an element is while it is computed with. */
export const machineType = (dtype: DType): { readonly type: Scalar } => ({ type: factsOf(dtype).machine });

const as = <T extends Scalar>(x: Value<Type>): Value<T> => x as Value<T>;

/** Bits of a machine type. */
const widths: Readonly<Record<Scalar, 32 | 64>> = { i32: 32, i64: 64, f32: 32, f64: 64 };

/** Bits of the machine type that the dtype leaves unused. */
const unusedBits = (dtype: DType): number => widths[factsOf(dtype).machine] - 8 * itemSize(dtype);

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
const unsignedLoads = { 1: i32.load8Unsigned, 2: i32.load16Unsigned, 4: i32.load } as const;
const signedLoads = { 1: i32.load8Signed, 2: i32.load16Signed, 4: i32.load } as const;
const loads = { i32: i32.load, i64: i64.load, f32: f32.load, f64: f64.load } as Readonly<Record<Scalar, Load>>;

/** The element at an address, as its machine type. */
export function loadElement(f: Builder, dtype: DType, at: Address): Value<Type> {
  const { size, isSigned, machine } = factsOf(dtype);
  if (size === 8 || unusedBits(dtype) === 0) return f.let(loads[machine](at));
  if (isPacked(dtype)) return f.let(packed[dtype].read(f, unsignedLoads[size](at)));
  const x = (isSigned ? signedLoads : unsignedLoads)[size](at);
  return f.let(machine === "i64" ? (isSigned ? i64.extendSigned(x) : i64.extend(x)) : x);
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
  const { machine, isSigned } = factsOf(dtype);
  const t = (machine === "i64" ? i64 : i32) as typeof i32;
  if (isSigned) return t.shiftRight(t.shiftLeft(as<"i32">(x), unused as never), unused as never);
  return t.and(as<"i32">(x), rangeOf(dtype)[1] as never);
}

type Conversions = Readonly<Record<Scalar, (x: Value<Type>) => Value<Type>>>;

/** To each machine type, from each. Floating numbers out of range give the least or the most, NaN gives 0. */
const conversions: Readonly<Record<Scalar, Conversions>> = {
  f32: {
    f32: (x) => x,
    f64: (x) => f32.demote(as<"f64">(x)),
    i32: (x) => f32.convertI32(as<"i32">(x)),
    i64: (x) => f32.convertI64(as<"i64">(x)),
  },
  f64: {
    f32: (x) => f64.promote(as<"f32">(x)),
    f64: (x) => x,
    i32: (x) => f64.convertI32(as<"i32">(x)),
    i64: (x) => f64.convertI64(as<"i64">(x)),
  },
  i32: {
    f32: (x) => i32.truncF32(as<"f32">(x)),
    f64: (x) => i32.truncF64(as<"f64">(x)),
    i32: (x) => x,
    i64: (x) => i32.wrap(as<"i64">(x)),
  },
  i64: {
    f32: (x) => i64.truncF32(as<"f32">(x)),
    f64: (x) => i64.truncF64(as<"f64">(x)),
    i32: (x) => i64.extendSigned(as<"i32">(x)),
    i64: (x) => x,
  },
};

const tests = { i32, i64, f32, f64 } as unknown as Readonly<Record<Scalar, typeof i32>>;

/** Whether a value of the dtype's machine type is not 0. */
export const isSet = (dtype: DType, x: Value<Type>): Value<"i32"> => tests[factsOf(dtype).machine].ne(as<"i32">(x), 0);

/**
 * A floating number as int64, before the bits are cut that the dtype has no room for. As on x86 and so in PyTorch there,
 * it goes by way of int32 (uint8: of int64), and what does not fit there ends as 0.
 */
function truncated(f: Builder, x: Value<Type>, from: DType, to: DType): Value<"i64"> {
  const whole = f.let(as<"i64">(conversions.i64[factsOf(from).machine](x)));
  const isLong = to === "uint8" || factsOf(to).machine === "i64";
  const fits = isLong ? i64.ne(whole, rangeOf("int64")[1] as never) : i64.eq(i64.extendSigned(i32.wrap(whole)), whole);
  return f.let(select(fits, whole, i64.of(0)));
}

/** Towards zero for whole numbers (out of range: int32 and int64 saturate, others keep the low bits), `!= 0` for bool. */
export function convertElement(f: Builder, x: Value<Type>, from: DType, to: DType): Value<Type> {
  if (from === to) return x;
  const { kind, machine } = factsOf(to);
  if (kind === "bool") return f.let(isSet(from, x));
  // float16 and bfloat16 are made of float32: float64 and int64 are rounded twice, as PyTorch rounds them
  if (kind === "floating" || unusedBits(to) === 0) return f.let(conversions[machine][factsOf(from).machine](x));
  const [source, whole] = isFloating(from)
    ? (["i64", truncated(f, x, from, to)] as const)
    : ([factsOf(from).machine, x] as const);
  return f.let(wrapped(to, conversions[machine][source](whole)));
}
