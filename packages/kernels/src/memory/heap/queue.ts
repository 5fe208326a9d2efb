/** Which block was used longest ago? Those in the heap hang in a list, oldest first; uses are noted and not moved. */
import type { Block } from "./block.ts";

export class BlockQueue {
  #oldest: Block | null = null;
  #newest: Block | null = null;

  get oldest(): Block | null {
    return this.#oldest;
  }
  append(block: Block): void {
    block.previous = this.#newest;
    block.next = null;
    if (this.#newest) this.#newest.next = block;
    else this.#oldest = block;
    this.#newest = block;
  }
  unlink(block: Block): void {
    if (block.previous) block.previous.next = block.next;
    else this.#oldest = block.next;
    if (block.next) block.next.previous = block.previous;
    else this.#newest = block.previous;
    block.previous = block.next = null;
  }
  requeue(block: Block, now: number): void {
    this.unlink(block);
    this.append(block);
    block.queuedAt = now;
  }
  *[Symbol.iterator](): Iterator<Block> {
    for (let block = this.#oldest; block !== null; block = block.next) yield block;
  }
}
