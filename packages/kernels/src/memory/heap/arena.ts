/** Where do kernels work? In scratch space: a pinned block, which a larger one replaces when it is too small. Not cleared. */
import type { Block } from "./block.ts";
import { pool } from "./heap.ts";

const LEAST = 1 << 20; // bytes

export class Arena {
  #block: Block | null = null;

  /** Address of at least `bytes` bytes, aligned to 64. What lay there may be gone. */
  at(bytes: number): number {
    if (!this.#block || this.#block.bytes < bytes) this.#block = this.#larger(bytes);
    return pool.address(this.#block, this);
  }
  /** The old block goes first, so that both need not fit; when the new one cannot be had there is none. */
  #larger(bytes: number): Block {
    const old = this.#block;
    this.#block = null;
    if (old) pool.free(old);
    const block = pool.allocate(Math.max(bytes, LEAST), "scratch");
    pool.pin(block, this);
    return block;
  }
  /** Leaves the block to whoever may still write to it. */
  abandon(): void {
    this.#block = null;
  }
}
