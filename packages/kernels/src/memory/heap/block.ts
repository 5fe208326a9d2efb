/** A piece of the memory, or the copy that was spilled out of it. The pool knows Blocks only: a Storage nobody holds dies with its copy. */
export class Block {
  /** Where it lies: a region of the allocator, for tiny blocks a slot of the ring; -1 while it is spilled or freed. */
  region = -1;
  readonly bytes: number;
  /** The operation that made it: named when memory runs out. */
  readonly label: string;
  /** Lives in the ring: from the start, or never again. */
  isTiny: boolean;
  /** The contents while spilled. */
  copy: Uint8Array | null = null;
  /** The contents of a tiny block while it is not in the ring, four bytes a number: a typed array would cost several times as much. */
  words: readonly number[] | null = null;
  /** When an operation last asked for its address, and when it last came to the end of the queue. */
  use = 0;
  queuedAt = 0;
  /** Graph nodes that will read it in backward: spilled only when nothing else is left. */
  saves = 0;
  /** Parameters, buffers, optimizer state and scratch: spilled when nothing else is left. */
  pinned = false;
  freed = false;
  previous: Block | null = null;
  next: Block | null = null;
  constructor(bytes: number, label: string, isTiny: boolean) {
    this.bytes = bytes;
    this.label = label;
    this.isTiny = isTiny;
  }
}
