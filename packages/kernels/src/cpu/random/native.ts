/** Does this engine multiply and add in one rounding? Asked once, by comparing with the exact emulation. */
import { f32x4, i32, type Kernel, kernel, pointer } from "../../wasm/assembler/index.ts";
import { bytes, compile } from "../../wasm/runtime.ts";
import { exact, native } from "./fused.ts";

const multiplyAdd = (isNative: boolean): Kernel =>
  kernel({ at: pointer, count: i32 }, (f, { at, count }) => {
    f.repeat(count, () => {
      const [a, b, c] = [0, 16, 32].map((offset) => f32x4.load(at, offset)) as [never, never, never];
      const m = exact(f);
      const emulated = isNative ? null : m.value(m.multiplyAdd(m.of(a), m.of(b), m.of(c)));
      f.store(at, 0, emulated ?? native.multiplyAdd(a, b, c));
      at.advance(48);
    });
  });

/** Factors whose products need 48 bits, and what cancels them, all but half-way or far below. */
function cases(): Float32Array {
  const values = new Float32Array(12 * 64);
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed * 2 ** -32;
  };
  for (let i = 0; i < values.length; i += 12)
    for (let lane = 0; lane < 4; lane++) {
      const [a, b] = [Math.fround(1 + next()), Math.fround(1 + next())];
      const half = Math.fround(a * b) * 2 ** ((i / 12) % 32); // a·b is in the last places of c, or cancels it
      values[i + lane] = a;
      values[i + 4 + lane] = b;
      values[i + 8 + lane] = lane < 2 ? -half : half * (1 + 2 ** -23);
    }
  return values;
}

/** What the kernel makes of the cases, in scratch at `at`. */
function resultOf(isNative: boolean, at: number, values: Float32Array): Uint32Array {
  const memory = bytes();
  memory.set(new Uint8Array(values.buffer), at);
  compile({ run: multiplyAdd(isNative) }).run(at, values.length / 12);
  return new Uint32Array(memory.slice(at, at + values.byteLength).buffer);
}

/** Bytes of scratch for `isFused`. */
export const PROBE_BYTES: number = 4 * 12 * 64;

let answer: boolean | null = null;

/** Whether relaxed multiply-add exists and is fused; `at` is scratch. */
export function isFused(at: number): boolean {
  if (answer !== null) return answer;
  try {
    const values = cases();
    const expected = resultOf(false, at, values);
    answer = resultOf(true, at, values).every((bits, i) => bits === expected[i]);
  } catch {
    answer = false; // the instruction is unknown
  }
  return answer;
}
