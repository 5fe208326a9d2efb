/** What was not used for long? Time is counted in bytes: a period ends when so many were noted in it. */
export class Period {
  #bytes = 0;
  #began = 0;
  #recent = 0;

  /** What was used since then was used in this period or in the one before. */
  get recent(): number {
    return this.#recent;
  }
  note(bytes: number): void {
    this.#bytes += bytes;
  }
  /** Begins a new one if this one is longer than `length`; then true. */
  turn(length: number, now: number): boolean {
    if (this.#bytes <= length) return false;
    this.#recent = this.#began;
    this.#began = now;
    this.#bytes = 0;
    return true;
  }
}
