/**
 * Formulas on numbers: `formulas.cos(scalar, x)`. float64, with the bits of the kernels, where `Math.cos` and its kind
 * differ from engine to engine.
 */

import type { Kernel } from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { compile } from "../../wasm/runtime.ts";
import type { Algebra } from "./algebra.ts";
import { EVEN64, EXPONENT64, LIFT64, LOW64, MANTISSA64, SIGN64, UPPER64, WHOLE64 } from "./printers.ts";

const eight = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

function bitsOf(x: number): bigint {
  eight.setFloat64(0, x);
  return eight.getBigUint64(0);
}

/** Of the lowest 64 bits. */
function fromBits(bits: bigint): number {
  eight.setBigUint64(0, bits);
  return eight.getFloat64(0);
}

const lifted = (x: number): bigint => BigInt.asUintN(64, bitsOf(x) + LIFT64);
const copySign = (x: number, y: number): number => fromBits((bitsOf(x) & ~SIGN64) | (bitsOf(y) & SIGN64));
const select = (condition: boolean, then: number, otherwise: number): number => (condition ? then : otherwise);
/** From this size on every number is whole. */
const WHOLE = 4503599627370496;

const run = /* @__PURE__ */ once((kernel: Kernel) => compile({ run: kernel }).run);

export const scalar: Algebra<number, boolean> = {
  dtype: "float64",
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  neg: (x) => -x,
  abs: (x) => Math.abs(x),
  sqrt: (x) => Math.sqrt(x),
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  trunc: (x) => Math.trunc(x),
  round: (x) => (Math.abs(x) < WHOLE ? copySign(Math.abs(x) + WHOLE - WHOLE, x) : x),
  min: (x, y) => select(y < x, y, x),
  max: (x, y) => select(x < y, y, x),
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  not: (a) => !a,
  select,
  power2: (n) => fromBits(bitsOf(n + EXPONENT64) << 52n),
  rarely: (condition, then, otherwise) => (condition ? then() : otherwise),
  exponent: (x) => fromBits((lifted(x) >> 52n) | WHOLE64) - (WHOLE + 1023),
  mantissa: (x) => fromBits((lifted(x) & MANTISSA64) + LOW64),
  copySign,
  upper: (x) => fromBits(bitsOf(x) & UPPER64),
  isOdd: (n) => (bitsOf(n + EVEN64) & 1n) === 1n,
  alternate: (x, n) => fromBits(bitsOf(x) ^ (bitsOf(n + EVEN64) << 63n)),
  call: (kernel, x) => run(kernel)(x),
};
