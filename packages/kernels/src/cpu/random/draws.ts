/** How are many 32-bit draws made at once? The state is copied beside the kernels, twisted and tempered four words at a time. */
import {
  f32x4,
  i32,
  i32x4,
  kernel,
  least,
  type Operand,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { bytes, compile } from "../../wasm/runtime.ts";
import { MATRIX, MIDDLE, type RandomState, random32, WORDS } from "./state.ts";

const SIZE = 4 * WORDS;
/** After the words: the first four again, so that vectors may read past the end; then the index. */
const INDEX = SIZE + 16;
/** Bytes of scratch that `drawWords` needs. */
export const STREAM_BYTES = 2560;
/** Draws of one call, a multiple of 16: short enough that V8 swaps in optimized code early, and that the words stay in cache. */
export const CHUNK = 8192;
/** Up to here it costs less to draw in JavaScript than to copy the state. */
const FEW = 64;

interface Words<T extends Type> {
  readonly and: (x: Operand<T>, y: Operand<T>) => Value<T>;
  readonly xor: (x: Operand<T>, y: Operand<T>) => Value<T>;
  readonly shiftLeft: (x: Operand<T>, by: number) => Value<T>;
  readonly shiftRightUnsigned: (x: Operand<T>, by: number) => Value<T>;
}

const twist = kernel({ state: pointer }, (f, { state }) => {
  const at = f.let(state);
  const step = (middle: number): void => {
    const next = f.let(i32x4.load(at, 4));
    const mixed = i32x4.or(i32x4.and(i32x4.load(at), 0x80000000), i32x4.and(next, 0x7fffffff));
    const odd = i32x4.and(i32x4.sub(0, i32x4.and(next, 1)), MATRIX);
    const word = i32x4.xor(i32x4.xor(i32x4.shiftRightUnsigned(mixed, 1), odd), i32x4.load(i32.add(at, 4 * middle)));
    f.store(at, 0, word);
    at.advance(16);
  };
  const before = (WORDS - MIDDLE) >> 2;
  f.repeat(before, () => step(MIDDLE));
  f.store(state, SIZE, i32x4.load(state));
  step(MIDDLE);
  f.repeat(WORDS / 4 - before - 1, () => step(MIDDLE - WORDS));
});

function tempered<T extends Type>(table: Words<T>, word: Value<T>, name: (x: Value<T>) => Value<T>): Value<T> {
  const { and, xor, shiftLeft, shiftRightUnsigned } = table;
  let y = word;
  y = name(xor(y, shiftRightUnsigned(y, 11)));
  y = name(xor(y, and(shiftLeft(y, 7), 0x9d2c5680)));
  y = name(xor(y, and(shiftLeft(y, 15), 0xefc60000)));
  return xor(y, shiftRightUnsigned(y, 18));
}

const temper = kernel({ from: pointer, to: pointer, count: i32 }, (f, { from, to, count }) => {
  f.repeat(i32.shiftRightUnsigned(count, 3), () => {
    const words = [0, 16].map((offset) => f.let(i32x4.load(from, offset)));
    const drawn = words.map((word) => f.let(tempered(i32x4, word, (x) => f.let(x))));
    drawn.forEach((word, i) => {
      f.store(to, 16 * i, word);
    });
    from.advance(32);
    to.advance(32);
  });
  f.repeat(i32.and(count, 7), () => {
    f.store(
      to,
      0,
      tempered(i32, f.let(i32.load(from)), (x) => f.let(x)),
    );
    from.advance(4);
    to.advance(4);
  });
});

const draw = kernel({ state: pointer, to: pointer, count: i32 }, (f, { state, to, count }) => {
  const index = f.let(i32.load(state, INDEX));
  f.block((done) => {
    f.loop((again) => {
      done.jumpIf(i32.isZero(count));
      f.when(i32.eq(index, WORDS), () => {
        f.call(twist, state);
        index.set(i32.of(0));
      });
      const take = f.let(least(i32.sub(WORDS, index), count));
      f.call(temper, i32.add(state, i32.mul(index, 4)), to, take);
      index.set(i32.add(index, take));
      count.set(i32.sub(count, take));
      to.advance(i32.mul(take, 4));
      again.jump();
    });
  });
  f.store(state, INDEX, index);
});

let run: ((...args: number[]) => number) | null = null;
let memoryWords: Uint32Array = new Uint32Array(0);

/** The whole memory as words. */
function wordsOfMemory(): Uint32Array {
  const { buffer } = bytes();
  if (memoryWords.buffer !== buffer) memoryWords = new Uint32Array(buffer);
  return memoryWords;
}

/** Writes the next `count` draws to address `to`; `stream` is scratch. */
export function drawWords(state: RandomState, stream: number, to: number, count: number): void {
  const memory = wordsOfMemory();
  if (count <= FEW) {
    for (let i = 0, at = to >>> 2; i < count; i++) memory[at + i] = random32(state);
    return;
  }
  run ??= compile({ draw }).draw;
  const at = stream >>> 2;
  memory.set(state.words, at);
  memory[(stream + INDEX) >>> 2] = state.index;
  run(stream, to, count);
  state.words.set(memory.subarray(at, at + WORDS));
  state.index = memory[(stream + INDEX) >>> 2]!;
}

/** The low 24 bits of four words as float32 in [0, 1). */
export const unitOf = (word: Value<"i32x4">): Value<"f32x4"> =>
  f32x4.mul(f32x4.convertI32(i32x4.and(word, 0xffffff)), 2 ** -24);
