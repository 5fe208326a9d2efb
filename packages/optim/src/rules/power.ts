/**
 * Powers with growing whole exponents, as running products: `**` differs between engines in the last bit. The same
 * factors in the same order whether it goes on or starts again, hence the same bits.
 */
export class RunningPower {
  #base = 1;
  #exponent = 0;
  #value = 1;

  of(base: number, exponent: number): number {
    if (base !== this.#base || exponent < this.#exponent) {
      this.#base = base;
      this.#exponent = 0;
      this.#value = 1;
    }
    for (; this.#exponent < exponent; this.#exponent++) this.#value *= base;
    return this.#value;
  }
}
