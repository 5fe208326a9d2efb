/** How are numbers written in a WebAssembly binary? */
import type { Type } from "./value.ts";

export const unsigned = (n: number): number[] => {
  const bytes: number[] = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return [...bytes, n];
};

export const signed = (n: bigint): number[] => {
  const bytes: number[] = [];
  for (; n < -64n || n > 63n; n >>= 7n) bytes.push(Number(n & 127n) | 128);
  return [...bytes, Number(n & 127n)];
};

export const simd = (op: number): number[] => [0xfd, ...unsigned(op)];

const bytesOf = (lanes: { readonly buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(lanes.buffer);

/** `x` as a constant: whole numbers wrap to the width of the type, vectors repeat it in every lane. */
export const constant = (type: Type, x: number | bigint): number[] => {
  const n = Number(x);
  switch (type) {
    case "i32":
      return [0x41, ...signed(BigInt.asIntN(32, BigInt(x)))]; // 0xffffffff is -1 to the machine
    case "i64":
      return [0x42, ...signed(BigInt.asIntN(64, BigInt(x)))];
    case "f32":
      return [0x43, ...bytesOf(Float32Array.of(n))];
    case "f64":
      return [0x44, ...bytesOf(Float64Array.of(n))];
    case "f32x4":
      return [...simd(12), ...bytesOf(new Float32Array(4).fill(n))];
    case "f64x2":
      return [...simd(12), ...bytesOf(new Float64Array(2).fill(n))];
    case "i32x4":
      return [...simd(12), ...bytesOf(new Int32Array(4).fill(n))];
    case "i64x2":
      return [...simd(12), ...bytesOf(new BigInt64Array(2).fill(BigInt.asIntN(64, BigInt(x))))];
  }
};

const valueTypes: Readonly<Record<Type, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  f32x4: 0x7b,
  f64x2: 0x7b,
  i32x4: 0x7b,
  i64x2: 0x7b,
};

export const valueType = (type: Type): number => valueTypes[type];
