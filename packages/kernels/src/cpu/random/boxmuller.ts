/**
 * Normals in float64 by Box and Muller: one pair from two uniforms. Logarithm, sine and cosine are fdlibm's (Sun
 * Microsystems 1993), written for the ranges that occur, so that every engine gives the same bits.
 */
import { type RandomState, random53 } from "./state.ts";

const LOG = [
  0.14798198605116586, 0.15313837699209373, 0.1818357216161805, 0.22222198432149784, 0.2857142874366239,
  0.3999999999940942, 0.6666666666666735,
];
const SINE = [
  1.58969099521155e-10, -2.5050760253406863e-8, 2.7557313707070068e-6, -1.984126982985795e-4, 8.33333333332249e-3,
];
const SINE_FIRST = -0.16666666666666632;
const COSINE = [
  -1.1359647557788195e-11, 2.087572321298175e-9, -2.7557314351390663e-7, 2.480158728947673e-5, -1.388888888887411e-3,
  0.0416666666666666,
];
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** π/2 in parts of 33 bits: their multiples up to four are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21] as const;

function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum = sum * x + coefficients[i]!;
  return sum;
}

/** log(1 − u) for u in [0, 1): 1 − u is exact for the uniforms drawn here, so nothing is lost beside it. */
function logOfRest(u: number): number {
  let x = 1 - u;
  let exponent = 0;
  while (x < Math.SQRT1_2) {
    x *= 2;
    exponent--;
  }
  const f = x - 1;
  const s = f / (2 + f);
  const z = s * s;
  const half = 0.5 * f * f;
  const series = s * (half + z * polynomial(z, LOG));
  if (exponent === 0) return f - (half - series);
  return exponent * LN2_HIGH - (half - (series + exponent * LN2_LOW) - f);
}

let sine = 0;
let cosine = 0;

/** Sets `sine` and `cosine` of x in [0, 2π]. */
function turn(x: number): void {
  const quarters = Math.floor(x * (2 / Math.PI) + 0.5);
  const first = x - quarters * HALF_PI[0];
  const second = quarters * HALF_PI[1];
  const near = first - second;
  const rest = quarters * HALF_PI[2] - (first - near - second);
  const r = near - rest;
  const low = near - r - rest;
  const z = r * r;
  const cube = z * r;
  const s = r - (z * (0.5 * low - cube * polynomial(z, SINE)) - low - cube * SINE_FIRST);
  const half = 0.5 * z;
  const one = 1 - half;
  const c = one + (1 - one - half + (z * z * polynomial(z, COSINE) - r * low));
  const isOdd = (quarters & 1) === 1;
  sine = (isOdd ? c : s) * (quarters & 2 ? -1 : 1);
  cosine = (isOdd ? s : c) * ((quarters + 1) & 2 ? -1 : 1);
}

/** x·std + mean, rounded once: the product in two parts (Dekker), the sum likewise (Knuth). */
function scaled(x: number, mean: number, std: number): number {
  if (mean === 0) return x * std + 0;
  const high = (a: number): number => a * 134217729 - (a * 134217729 - a);
  const [xh, sh] = [high(x), high(std)];
  const product = x * std;
  const rest = (x - xh) * (std - sh) - (product - xh * sh - (x - xh) * sh - xh * (std - sh));
  const sum = product + mean;
  const part = sum - product;
  return sum + (product - (sum - part) + (mean - part) + rest);
}

/** One normal; every second one was made with the one before. */
export function nextNormal(state: RandomState, mean: number, std: number): number {
  const cached = state.cachedNormal;
  if (cached !== null) {
    state.cachedNormal = null;
    return scaled(cached, mean, std);
  }
  const angle = random53(state);
  const radius = Math.sqrt(-2 * logOfRest(random53(state)));
  turn(2 * Math.PI * angle);
  state.cachedNormal = radius * sine;
  return scaled(radius * cosine, mean, std);
}

/** Turns 16 uniforms at `at` into normals, in place. */
export function normalBlock(data: Float64Array, at: number, mean: number, std: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = Math.sqrt(-2 * logOfRest(data[i]!));
    turn(2 * Math.PI * data[i + 8]!);
    data[i] = scaled(radius * cosine, mean, std);
    data[i + 8] = scaled(radius * sine, mean, std);
  }
}
