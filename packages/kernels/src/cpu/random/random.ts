/**
 * PyTorch's CPU stream, bit for bit (x86-64 with AVX2, its own samplers): which draws make which element.
 *
 * Draws are written to the result itself where they fit (float uniforms and normals), else to scratch, in chunks, and
 * turned into elements by a second kernel that finds them in cache. Results that are not contiguous are filled in the
 * order of memory.
 */

import type { Draw } from "../../device.ts";
import { checkComputes, checkReal, type DType, itemSize } from "../../dtype.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import type { Kernel } from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { address, beginOperation, bytes, compile, scratch } from "../../wasm/runtime.ts";
import { arange } from "../copy/copy.ts";
import { nextNormal, normalBlock } from "./boxmuller.ts";
import { CHUNK, drawWords, STREAM_BYTES } from "./draws.ts";
import type { Rounding } from "./fused.ts";
import { gaussian } from "./gaussian.ts";
import { bernoulliOf, integersOf, shuffle } from "./integers.ts";
import { isFused, PROBE_BYTES } from "./native.ts";
import { scatter } from "./scatter.ts";
import type { RandomState } from "./state.ts";
import { rangeUniform, scaledUniform, uniform64 } from "./uniform.ts";

type Run = (...args: number[]) => number;

/** Scratch: the stream, room for one block of 16, for a chunk of draws, and for a result that is not contiguous. */
const BLOCK = STREAM_BYTES;
const DRAWS = BLOCK + 64;
const DENSE = DRAWS + Math.max(4 * CHUNK, PROBE_BYTES);
/** From here on it pays to ask for the engine's own multiply-add. */
const MANY = 4096;

/** Kernels by what they are made for, compiled when they are first asked for. */
/* @__NO_SIDE_EFFECTS__ */
const kernels = <K>(make: (key: K) => Kernel): ((key: K) => Run) => once((key) => compile({ run: make(key) }).run);

const roundings: readonly Rounding[] = ["checked", "exact", "native"];

const scaledRun = kernels(() => scaledUniform);
const rangeRun = kernels((key: number) => rangeUniform(roundings[key]!));
const normalRun = kernels((key: number) => gaussian(roundings[key >> 1]!, (key & 1) === 1));
const uniform64Run = kernels(() => uniform64);
const shuffleRun = kernels(() => shuffle);
const bernoulliRun = kernels(bernoulliOf);
const shortIntegersRun = kernels((dtype: DType) => integersOf(dtype, false));
const longIntegersRun = kernels((dtype: DType) => integersOf(dtype, true));

/** Which fused multiply-add does: near a constant so small the result may be subnormal, which `checked` cannot see. */
function roundingFor(n: number, constant: number, base: number): number {
  if (n >= MANY && isFused(base + DRAWS)) return 2;
  return Math.abs(constant) < 2 ** -60 ? 1 : 0;
}

/** Where the elements are to go: to the result, or behind the draws until `finish` spreads them. */
function begin(out: View, n: number): number {
  beginOperation();
  return scratch(isContiguous(out) ? DENSE : DENSE + n * itemSize(out.dtype));
}
const target = (out: View, base: number): number => (isContiguous(out) ? address(out) : base + DENSE);

function finish(out: View, base: number): void {
  if (!isContiguous(out)) scatter(base + DENSE, out, address(out));
}

/** Runs a kernel over blocks of 16 words; what is left over, in a block aside. */
function inBlocks(run: Run, base: number, at: number, count: number, first: number, second: number): void {
  const blocks = count >>> 4;
  const rest = 4 * (count & 15);
  if (blocks > 0) run(at, blocks, first, second);
  if (rest === 0) return;
  const memory = bytes();
  const from = at + 64 * blocks;
  memory.copyWithin(base + BLOCK, from, from + rest);
  run(base + BLOCK, 1, first, second);
  memory.copyWithin(from, base + BLOCK, base + BLOCK + rest);
}

export function uniform(out: View, state: RandomState, from: number, to: number): void {
  checkReal("uniform", out.dtype);
  const n = sizeOf(out.sizes);
  if (n === 0) return;
  const base = begin(out, n);
  if (out.dtype === "float64") uniforms64(state, base, target(out, base), n, from, to);
  else uniforms32(state, base, target(out, base), n, Math.fround(from), Math.fround(to));
  finish(out, base);
}

function uniforms32(state: RandomState, base: number, at: number, n: number, from: number, to: number): void {
  const run = from === 0 ? scaledRun(0) : rangeRun(roundingFor(n, from, base));
  for (let done = 0; done < n; done += CHUNK) {
    const count = Math.min(CHUNK, n - done);
    drawWords(state, base, at + 4 * done, count);
    inBlocks(run, base, at + 4 * done, count, from, to);
  }
}

function uniforms64(state: RandomState, base: number, at: number, n: number, from: number, to: number): void {
  const run = uniform64Run(0);
  for (let done = 0; done < n; done += CHUNK / 2) {
    const count = Math.min(CHUNK / 2, n - done);
    drawWords(state, base, at + 8 * done, 2 * count);
    run(at + 8 * done, count, from, to);
  }
}

/** From 16 contiguous elements on in blocks of 16, else pair by pair with the second one cached in the state. */
export function normal(out: View, state: RandomState, mean: number, std: number): void {
  checkReal("normal", out.dtype);
  const n = sizeOf(out.sizes);
  if (n === 0) return;
  const base = begin(out, n);
  const at = target(out, base);
  if (n < 16 || at === base + DENSE) normalPairs(out.dtype, state, at, n, mean, std);
  else if (out.dtype === "float64") normals64(state, base, at, n, mean, std);
  else normals32(state, base, at, n, Math.fround(mean), Math.fround(std));
  finish(out, base);
}

function normalPairs(dtype: DType, state: RandomState, at: number, n: number, mean: number, std: number): void {
  const { buffer } = bytes();
  const data = dtype === "float32" ? new Float32Array(buffer, at, n) : new Float64Array(buffer, at, n);
  for (let i = 0; i < n; i++) data[i] = nextNormal(state, mean, std);
}

function normals32(state: RandomState, base: number, at: number, n: number, mean: number, std: number): void {
  const run = normalRun(mean === 0 ? 2 * roundingFor(n, 1, base) : 2 * roundingFor(n, mean, base) + 1);
  for (let done = 0; done < n; done += CHUNK) {
    const count = Math.min(CHUNK, n - done);
    drawWords(state, base, at + 4 * done, count);
    run(at + 4 * done, count >>> 4, mean, std);
  }
  if (n % 16 === 0) return;
  const last = at + 4 * (n - 16);
  drawWords(state, base, last, 16);
  run(last, 1, mean, std);
}

function normals64(state: RandomState, base: number, at: number, n: number, mean: number, std: number): void {
  uniforms64(state, base, at, n, 0, 1);
  const data = new Float64Array(bytes().buffer, at, n);
  for (let i = 0; i + 16 <= n; i += 16) normalBlock(data, i, mean, std);
  if (n % 16 === 0) return;
  uniforms64(state, base, at + 8 * (n - 16), 16, 0, 1);
  normalBlock(data, n - 16, mean, std);
}

/** Any dtype but float16 and bfloat16; the range at most 2⁵³. */
export function integers(out: View, state: RandomState, low: number, high: number): void {
  checkComputes("randomIntegers", out.dtype);
  const range = high - low;
  if (!(range >= 1 && range <= Number.MAX_SAFE_INTEGER + 1))
    throw new RangeError(`randomIntegers: need low < high, at most 2^53 apart; got low=${low}, high=${high}.`);
  const isLong = range >= 2 ** 28;
  const run = (isLong ? longIntegersRun : shortIntegersRun)(out.dtype);
  throughScratch(out, state, isLong ? 2 : 1, (words, at, count) => {
    run(words, at, count, low, range);
  });
}

export function bernoulli(out: View, state: RandomState, p: number): void {
  const run = bernoulliRun(out.dtype);
  throughScratch(out, state, 2, (words, at, count) => {
    run(words, at, count, p);
  });
}

/** Draws to scratch, from where `convert` makes elements. */
function throughScratch(
  out: View,
  state: RandomState,
  wordsEach: number,
  convert: (words: number, at: number, count: number) => void,
): void {
  const n = sizeOf(out.sizes);
  if (n === 0) return;
  const base = begin(out, n);
  const at = target(out, base);
  const size = itemSize(out.dtype);
  for (let done = 0; done < n; done += CHUNK / 2) {
    const count = Math.min(CHUNK / 2, n - done);
    drawWords(state, base, base + DRAWS, wordsEach * count);
    convert(base + DRAWS, at + size * done, count);
  }
  finish(out, base);
}

/** At most 214,748,363 elements: beyond, PyTorch shuffles in another way. */
export function permutation(out: View, state: RandomState): void {
  const n = sizeOf(out.sizes);
  if (out.dtype !== "int64" || !isContiguous(out))
    throw new TypeError(
      `permutation: need contiguous int64; got ${out.dtype} with strides [${out.strides.join(", ")}].`,
    );
  if (n >= Math.floor((2 ** 32 - 1) / 20)) throw new RangeError(`permutation: need n < 214748364; got ${n}.`);
  if (n === 0) return;
  arange(out, 0, 1);
  const run = shuffleRun(0);
  const base = begin(out, n);
  const at = address(out);
  for (let done = 0; done < n - 1; done += CHUNK) {
    const count = Math.min(CHUNK, n - 1 - done);
    drawWords(state, base, base + DRAWS, count);
    run(base + DRAWS, at + 8 * done, count, n - done);
  }
}

/** As `Device.random` says. */
export function random(draw: Draw, out: View, state: RandomState): void {
  if (draw.kind === "uniform") uniform(out, state, draw.from, draw.to);
  else if (draw.kind === "normal") normal(out, state, draw.mean, draw.std);
  else if (draw.kind === "integers") integers(out, state, draw.low, draw.high);
  else if (draw.kind === "bernoulli") bernoulli(out, state, draw.p);
  else permutation(out, state);
}
