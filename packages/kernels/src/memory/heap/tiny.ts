/**
 * Where do a few numbers live? Blocks of up to 64 bytes take turns in a ring of slots at the start of the memory. When the
 * ring comes round, a block that is still held moves to a small array of its own, which the garbage collector owns, and
 * comes back when an operation asks for it. So tensors of a few elements cost no search for room, and no dispose.
 */
import type { Block } from "./block.ts";

export const TINY_BYTES = 64;
const SLOTS = 1024;
const WORDS = TINY_BYTES / 4;

/** Bytes the ring takes, in front of the heap. */
export const RING_BYTES: number = SLOTS * TINY_BYTES;

export class TinyRing {
  readonly #base: number;
  readonly #owners: (Block | null)[] = new Array<Block | null>(SLOTS).fill(null);
  #words: Int32Array;
  #next = 0;
  #resident = 0;

  constructor(buffer: ArrayBufferLike, base: number) {
    this.#base = base;
    this.#words = new Int32Array(buffer, base, SLOTS * WORDS);
  }
  /** Blocks that lie in the ring now. */
  get resident(): number {
    return this.#resident;
  }
  /** The memory has grown: its old buffer is gone. */
  rebind(buffer: ArrayBufferLike): void {
    this.#words = new Int32Array(buffer, this.#base, SLOTS * WORDS);
  }
  address(block: Block): number {
    return this.#base + block.region * TINY_BYTES;
  }
  /** Gives the block the next slot whose owner the current operation does not use; false when it uses them all. */
  place(block: Block, operation: number): boolean {
    let slot = this.#next;
    let owner = this.#owners[slot]!;
    for (let seen = 1; owner !== null && owner.use >= operation; owner = this.#owners[slot]!) {
      if (seen++ === SLOTS) return this.#refuse(block);
      slot = (slot + 1) % SLOTS;
    }
    if (owner !== null) this.#moveOut(owner);
    this.#next = (slot + 1) % SLOTS;
    this.#owners[slot] = block;
    block.region = slot;
    this.#resident++;
    if (block.words !== null) this.#moveIn(block, block.words);
    return true;
  }
  #refuse(block: Block): false {
    if (block.words !== null) block.copy = new Uint8Array(Int32Array.from(block.words).buffer, 0, block.bytes);
    block.words = null;
    return false;
  }
  free(block: Block): void {
    block.words = null;
    if (block.region < 0) return;
    this.#owners[block.region] = null;
    block.region = -1;
    this.#resident--;
  }
  #moveIn(block: Block, from: readonly number[]): void {
    const words = this.#words;
    const at = block.region * WORDS;
    for (let i = 0; i < from.length; i++) words[at + i] = from[i]!;
    block.words = null;
  }
  #moveOut(block: Block): void {
    const count = (block.bytes + 3) >> 2;
    const copy = new Array<number>(count);
    const words = this.#words;
    const at = block.region * WORDS;
    for (let i = 0; i < count; i++) copy[i] = words[at + i]!;
    this.free(block);
    block.words = copy;
  }
}
