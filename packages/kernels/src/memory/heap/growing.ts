/** How does the memory become larger? By more than is needed at once, for its bytes must be looked up anew each time. */
const PAGE = 65536;
const MOST = 64 * 2 ** 20; // bytes more than needed

/** What a pool needs of a `WebAssembly.Memory`; declarations that name that type would ask users for the DOM's. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export class Growing {
  readonly #memory: Memory;
  #bytes: Uint8Array;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
  }
  get bytes(): Uint8Array {
    return this.#bytes;
  }
  /** Makes byte `end − 1` exist; false when the engine refuses. Asks for a quarter more than there is, then for what is needed. */
  reach(end: number): boolean {
    const missing = end - this.#bytes.length;
    if (missing <= 0) return true;
    const ample = Math.max(missing, Math.min(this.#bytes.length / 4, MOST));
    for (const amount of [ample, missing]) {
      try {
        this.#memory.grow(Math.ceil(amount / PAGE));
        this.#bytes = new Uint8Array(this.#memory.buffer);
        return true;
      } catch {
        // the engine refuses: ask for less
      }
    }
    return false;
  }
}
