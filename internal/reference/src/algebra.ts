/** A formula on numbers: every step is rounded to the dtype, or wraps around in its range. */
import { type Algebra, type Computed, type DType, hugeRest, isFloating, isStorageOnly } from "@ag/kernels";
import { quadrantOf, restOf } from "./angle.ts";
import { type Value, wrapped } from "./elements.ts";
import { roundEven } from "./half.ts";

type Numbers<T> = Algebra<T, boolean>;
type Floating = "float32" | "float64";
type Whole = Exclude<Computed, Floating>;

/** What does not depend on how numbers are rounded. */
const comparing = <T extends Value>(of: (x: T | number) => T) =>
  ({
    // biome-ignore lint/complexity/useMathMinMax: a comparison with NaN decides
    min: (x, y) => (of(y) < of(x) ? of(y) : of(x)),
    // biome-ignore lint/complexity/useMathMinMax: a comparison with NaN decides
    max: (x, y) => (of(x) < of(y) ? of(y) : of(x)),
    lt: (x, y) => of(x) < of(y),
    le: (x, y) => of(x) <= of(y),
    eq: (x, y) => of(x) === of(y),
    ne: (x, y) => of(x) !== of(y),
    and: (a, b) => a && b,
    or: (a, b) => a || b,
    not: (a) => !a,
    select: (condition, then, otherwise) => of(condition ? then : otherwise),
  }) satisfies Partial<Numbers<T>>;

/** The nearest whole number, of two the even one. */
const nearest = (x: number): number => withSign(roundEven(Math.abs(x)), x);
const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);
const withSign = (x: number, sign: number): number => (isNegative(sign) ? -Math.abs(x) : Math.abs(x));
const isOdd = (n: number): boolean => Math.abs(nearest(n)) % 2 === 1;

const float64 = new Float64Array(1);
const float32 = new Float32Array(1);
const bits64 = new BigUint64Array(float64.buffer);
const bits32 = new Uint32Array(float32.buffer);

function upper64(x: number): number {
  float64[0] = x;
  bits64[0] = bits64[0]! & 0xffffffff00000000n;
  return float64[0];
}

function upper32(x: number): number {
  float32[0] = x;
  bits32[0] = bits32[0]! & 0xfffff000;
  return float32[0];
}

/** e and m of x = m·2ᵉ with m in [√½, √2), for a positive normal number. */
function parts(x: number, root: number): readonly [e: number, m: number] {
  float64[0] = x;
  const e = Number(bits64[0]! >> 52n) - 1023;
  const m = x / 2 ** e;
  return m < 2 * root ? [e, m] : [e + 1, m / 2];
}

function floating(dtype: Floating): Numbers<number> {
  const of = dtype === "float32" ? Math.fround : (x: number): number => x;
  const root = of(Math.SQRT1_2);
  const most = dtype === "float32" ? 127 : 1023;
  return {
    ...comparing(of),
    dtype,
    add: (x, y) => of(of(x) + of(y)),
    sub: (x, y) => of(of(x) - of(y)),
    mul: (x, y) => of(of(x) * of(y)),
    div: (x, y) => of(of(x) / of(y)),
    neg: (x) => -x,
    abs: Math.abs,
    sqrt: (x) => of(Math.sqrt(x)),
    floor: Math.floor,
    ceil: Math.ceil,
    trunc: Math.trunc,
    round: nearest,
    rarely: (condition, then, otherwise) => (condition ? then() : otherwise),
    power2: (n) => (n < 1 - most ? 0 : n > most ? Infinity : 2 ** n),
    exponent: (x) => parts(x, root)[0],
    mantissa: (x) => parts(x, root)[1],
    copySign: withSign,
    upper: dtype === "float32" ? upper32 : upper64,
    isOdd,
    alternate: (x, n) => (isOdd(n) ? -x : x),
    call: (kernel, x) => of(kernel === hugeRest ? restOf(x) : quadrantOf(x)),
  };
}

const floatingOnly = (): never => {
  throw new TypeError("reference: need a floating dtype to compute with; got a whole one.");
};

function whole<T extends Value>(dtype: Whole): Numbers<T> {
  const wrap = (x: bigint): T => wrapped(x, dtype) as T;
  const of = (x: T | number): T => literal(x, dtype) as T;
  const two = (op: (x: bigint, y: bigint) => bigint) => (x: T | number, y: T | number) =>
    wrap(op(BigInt(of(x)), BigInt(of(y))));
  const same = (x: T): T => x;
  const neg = (x: T): T => wrap(-BigInt(x));
  return {
    ...comparing<T>(of),
    dtype,
    add: two((x, y) => x + y),
    sub: two((x, y) => x - y),
    mul: two((x, y) => x * y),
    div: two((x, y) => (y === 0n ? 0n : x / y)),
    neg,
    abs: (x) => (x < 0 ? neg(x) : x),
    floor: same,
    ceil: same,
    trunc: same,
    round: same,
    ...{ sqrt: floatingOnly, power2: floatingOnly, rarely: floatingOnly, exponent: floatingOnly },
    ...{ mantissa: floatingOnly, copySign: floatingOnly, upper: floatingOnly, isOdd: floatingOnly },
    ...{ alternate: floatingOnly, call: floatingOnly },
  };
}

const algebras = new Map<DType, Numbers<Value>>();

/** Throws TypeError for dtypes that are stored only. */
export function algebraOf(dtype: DType): Numbers<Value> {
  if (isStorageOnly(dtype))
    throw new TypeError(`reference: need a dtype to compute with; got ${dtype}, which is storage only.`);
  const m = algebras.get(dtype) ?? ((isFloating(dtype) ? floating(dtype) : whole(dtype)) as unknown as Numbers<Value>);
  algebras.set(dtype, m);
  return m;
}

/** A number as an element to compute with: whole ones towards zero, in the range of the dtype. */
export const literal = (x: Value, dtype: DType): Value => {
  if (isFloating(dtype)) return dtype === "float32" ? Math.fround(Number(x)) : Number(x);
  if (dtype === "bool") return Number(x) === 0 ? 0 : 1;
  return wrapped(typeof x === "bigint" ? x : BigInt(Number.isFinite(x) ? Math.trunc(x) : 0), dtype);
};
