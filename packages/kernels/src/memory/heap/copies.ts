/** Where do spilled blocks go? Into ordinary ArrayBuffers, which the garbage collector owns; small ones share theirs. */
const SLAB = 16384; // what one small tensor that is still held keeps alive at most
const SMALL = 4096;

export class Copies {
  #slab = new Uint8Array(0);

  /** A copy of some bytes. */
  of(bytes: Uint8Array): Uint8Array {
    if (bytes.length > SMALL) return new Uint8Array(bytes);
    if (this.#slab.length < bytes.length) this.#slab = new Uint8Array(SLAB);
    const copy = this.#slab.subarray(0, bytes.length);
    copy.set(bytes);
    this.#slab = this.#slab.subarray(bytes.length);
    return copy;
  }
}
