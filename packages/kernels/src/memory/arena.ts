/** Where do kernels work? In scratch space: a pinned block, which a larger one replaces when it is too small. Not cleared. */
import type { Block } from "./block.ts";
import { pool } from "./heap.ts";

const LEAST = 1 << 20; // bytes

export class Arena {
  #block: Block | null = null;

  /** Address of at least `bytes` bytes, aligned to 64. What lay there may be gone. */
  at(bytes: number): number {
    if (!this.#block || this.#block.bytes < bytes) {
      if (this.#block) pool.free(this.#block);
      this.#block = pool.allocate(Math.max(bytes, LEAST), "scratch");
      pool.pin(this.#block);
    }
    return pool.address(this.#block);
  }
  /** Leaves the block to whoever may still write to it. */
  abandon(): void {
    this.#block = null;
  }
}
