/**
 * The state of PyTorch's CPU generator: MT19937, and the normal that Box–Muller has left over.
 * M. Matsumoto, T. Nishimura: Mersenne Twister, ACM TOMACS 8 (1998). Long fills draw in draws.ts, from the same words.
 */
export interface RandomState {
  /** 624 words. */
  readonly words: Uint32Array;
  /** The next word to use; 624 when all are used up. */
  index: number;
  /** The second normal of the last pair, for calls of fewer than 16 or not contiguous; null when there is none. */
  cachedNormal: number | null;
}

export const WORDS = 624;
/** The distance to the word that is mixed in, and what is added when the last bit is set. */
export const MIDDLE = 397;
export const MATRIX = 0x9908b0df;

/** The state of `torch.manual_seed(seed)`: from the low 32 bits of a whole number, two's complement. Throws RangeError on a fraction. */
export function seedState(seed: number | bigint): RandomState {
  const words = new Uint32Array(WORDS);
  words[0] = Number(BigInt.asUintN(32, BigInt(seed)));
  for (let i = 1; i < WORDS; i++) {
    const previous = words[i - 1]!;
    words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return { words, index: WORDS, cachedNormal: null };
}

/** A state that goes on as this one does, independent of it. */
export const copyState = ({ words, index, cachedNormal }: RandomState): RandomState => ({
  words: words.slice(),
  index,
  cachedNormal,
});

/** The next 624 words, in place. */
function twist(words: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const next = words[i + 1 < WORDS ? i + 1 : 0]!;
    const mixed = (words[i]! & 0x80000000) | (next & 0x7fffffff);
    const middle = words[i + MIDDLE < WORDS ? i + MIDDLE : i + MIDDLE - WORDS]!;
    words[i] = middle ^ (mixed >>> 1) ^ (-(next & 1) & MATRIX);
  }
}

/** The next 32 bits of the stream, 0 … 2³² − 1. */
export function random32(state: RandomState): number {
  if (state.index >= WORDS) {
    twist(state.words);
    state.index = 0;
  }
  let y = state.words[state.index++]!;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

/** The next 64 bits: the first draw is the high half. */
export function random64(state: RandomState): bigint {
  const high = BigInt(random32(state));
  return (high << 32n) | BigInt(random32(state));
}

/** A float64 draw from [0, 1): the low 53 of 64 bits. */
export function random53(state: RandomState): number {
  const high = random32(state) & 0x1fffff;
  return (high * 2 ** 32 + random32(state)) * 2 ** -53;
}
