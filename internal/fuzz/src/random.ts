/** Repeatable choices: the same seeds give the same ones. */
export class Random {
  #state = 0x9e3779b9;

  constructor(...seeds: readonly number[]) {
    for (const seed of seeds) {
      this.#state = Math.imul(this.#state ^ seed, 0x85ebca6b);
      this.#bits();
    }
  }

  /** 32 bits (splitmix32). */
  #bits(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.#bits() / 2 ** 32;
  }

  /** Whole, in [low, high). */
  whole(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low));
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length)] as T;
  }
}
