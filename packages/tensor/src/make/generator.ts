import { type RandomState, random64, seedState } from "@ag/kernels";
import { ValueError } from "../core/errors.ts";

/** The seed of a new generator, as in PyTorch. */
const DEFAULT_SEED = 67280421310721n;

/**
 * A stream of random numbers: PyTorch's CPU generator (MT19937), bit for bit.
 *
 * ```ts doctest
 * new Generator().manualSeed(0).initialSeed() // => 0n
 * ```
 */
export class Generator {
  #seed: bigint = DEFAULT_SEED;
  #state: RandomState = seedState(DEFAULT_SEED);

  /** What the kernels draw from. */
  get state(): RandomState {
    return this.#state;
  }

  /** Starts the stream anew. Any whole number; its low 32 bits count. */
  manualSeed(seed: number | bigint): this {
    if (typeof seed !== "bigint" && !Number.isSafeInteger(seed))
      throw new ValueError(
        `manualSeed: need a whole number within ±2^53, or a bigint; got ${typeof seed === "number" ? seed : typeof seed}.`,
      );
    this.#seed = BigInt(seed);
    this.#state = seedState(this.#seed);
    return this;
  }

  /** Starts the stream from entropy; gives the seed it took. */
  seed(): bigint {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    const seed = (BigInt(high! & 0x1fffff) << 32n) | BigInt(low!);
    this.manualSeed(seed);
    return seed;
  }

  initialSeed(): bigint {
    return this.#seed;
  }

  /** A copy of the state, for {@link setState}. */
  getState(): RandomState {
    return { ...this.#state, words: this.#state.words.slice() };
  }

  setState(state: RandomState): void {
    if (
      !(state?.words instanceof Uint32Array) ||
      state.words.length !== 624 ||
      !(Number.isInteger(state.index) && state.index >= 0 && state.index <= 624)
    )
      throw new ValueError("setState: need a state that getState gave; got another object.");
    this.#state = { ...state, words: state.words.slice() };
  }

  /** The next 64 bits, as the data loader of PyTorch takes them for its seeds. */
  draw64(): bigint {
    return random64(this.#state);
  }
}

/** The generator that is used when none is given; starts from entropy. */
export const defaultGenerator: Generator = new Generator();
defaultGenerator.seed();

/** Starts the default generator's stream from `seed`: the numbers of `torch.manual_seed(seed)` follow. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
