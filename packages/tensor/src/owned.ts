/**
 * How does a tensor own its shape? Nobody can change it, so equal ones are one: a list is looked up by its numbers, and
 * frozen when it is new. Freezing costs more than a small operation, looking up next to nothing.
 */
import { rowMajor, type Shape, sameShape } from "./shape.ts";

class Owned {
  /** Sizes, or strides: frozen. */
  readonly sizes: Shape;
  #strides: readonly number[] | null = null;

  constructor(sizes: Shape) {
    this.sizes = sizes;
  }

  /** The strides that a row-major tensor of these sizes has. */
  get strides(): readonly number[] {
    this.#strides ??= owned(rowMajor(this.sizes)).sizes;
    return this.#strides;
  }
}

const SLOTS = 1024;
const known: (Owned | null)[] = new Array<Owned | null>(SLOTS).fill(null);

/** The frozen list with these numbers, which becomes the given one unless another is known. */
export function owned(sizes: Shape): Owned {
  let hash = sizes.length;
  for (let d = 0; d < sizes.length; d++) hash = (Math.imul(hash, 0x9e3779b1) + sizes[d]!) | 0;
  const slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SLOTS - 1);
  const found = known[slot]!;
  if (found !== null && sameShape(found.sizes, sizes)) return found;
  const made = new Owned(Object.freeze(sizes));
  known[slot] = made;
  return made;
}
