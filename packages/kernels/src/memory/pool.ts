/**
 * How does a program run for ever that disposes nothing? When the heap has reached its soft limit, the pool copies the
 * blocks that were not used for longest into ordinary ArrayBuffers and forgets them. If a tensor still holds the block, it comes
 * back on its next use; if none does, JavaScript's own garbage collector frees the copy.
 *
 * Kernels are fork-join: when `allocate` or `address` runs, no kernel does, so every block may move except those the
 * current operation has asked for (`use >= #operation`).
 */
import { OutOfMemoryError } from "../errors.ts";
import { Allocator } from "./allocator.ts";
import { Block } from "./block.ts";
import { RING_BYTES, TINY_BYTES, TinyRing } from "./tiny.ts";

const SLAB = 65536; // copies of up to 8 KiB share one buffer
const SMALL = 8192;
const TRIES = 32; // starting points, before the heap grows
const PAGE = 65536;
const SOFT = 128 * 2 ** 20;

/** What is spilled first: blocks nobody waits for, then those a backward will read, then parameters and their kind. */
type Spillable = 0 | 1 | 2;
const IDLE = 0;
const SAVED = 1;
const PINNED = 2;

/** What `memory()` reports, in bytes unless named otherwise. */
export interface MemoryReport {
  /** Held by live blocks inside of the heap. */
  readonly used: number;
  /** Size of the heap, holes included. */
  readonly heap: number;
  /** Live blocks inside of the heap, a count. */
  readonly blocks: number;
  readonly spills: number;
  readonly spilled: number;
  readonly pageIns: number;
}

/** What a pool needs of a `WebAssembly.Memory`; declarations that name that type would ask users for the DOM's. */
interface Growing {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export class Pool {
  readonly #memory: Growing;
  readonly #allocator: Allocator;
  #soft = SOFT;
  /** Until a limit is set, it follows what the program needs: what is spilled only to come back should have stayed. */
  #adaptive = true;
  #pagedIn = 0;
  #hard = Number.POSITIVE_INFINITY;
  #blocks = 0;
  #pinned = 0;
  readonly #base: number;
  readonly #tiny: TinyRing;
  #bytes: Uint8Array;
  #slab = new Uint8Array(0);
  #clock = 1;
  #operation = 1;
  #oldest: Block | null = null;
  #newest: Block | null = null;
  /** The block in each region that is not free. */
  readonly #owner: (Block | null)[] = [];
  readonly #counts = { spills: 0, spilled: 0, pageIns: 0 };

  constructor(memory: Growing, base: number) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#tiny = new TinyRing(memory.buffer, base);
    this.#base = base + RING_BYTES;
    this.#allocator = new Allocator(this.#base);
  }
  get #heapBytes(): number {
    return this.#allocator.end - this.#base;
  }
  /** All bytes of the memory; changes when the heap grows, so never keep it across an allocation. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  report(): MemoryReport {
    return {
      used: this.#allocator.usedBytes,
      heap: this.#heapBytes,
      blocks: this.#blocks + this.#tiny.resident,
      ...this.#counts,
    };
  }
  /** `soft`: unpinned bytes above which old blocks are spilled. `hard`: size the heap never passes. */
  setLimit({ soft = this.#soft, hard = this.#hard }: { readonly soft?: number; readonly hard?: number }): void {
    this.#adaptive &&= soft === this.#soft;
    this.#soft = soft;
    this.#hard = hard;
  }

  /** Blocks asked for from here on stay where they are until the next call. */
  beginOperation(): void {
    this.#operation = ++this.#clock;
  }
  allocate(bytes: number, label: string): Block {
    const block = new Block(bytes, label);
    if (bytes <= TINY_BYTES) this.#placeTiny(block);
    else this.#place(block);
    return block;
  }
  /** Keeps a block in memory for good: parameters, buffers, optimizer state, scratch. */
  pin(block: Block): void {
    if (block.pinned || block.freed || block.bytes <= TINY_BYTES) return;
    this.address(block);
    block.pinned = true;
    this.#pinned += block.bytes;
  }
  /** For this operation only: after the next beginOperation the block may lie elsewhere. */
  address(block: Block): number {
    block.use = ++this.#clock;
    if (block.bytes <= TINY_BYTES) {
      if (block.region < 0) this.#placeTiny(block);
      return this.#tiny.address(block);
    }
    if (block.region < 0) this.#pageIn(block);
    return this.#allocator.address(block.region);
  }
  /** Gives the block back; a second call does nothing. */
  free(block: Block): void {
    if (block.freed) return;
    block.freed = true;
    block.copy = null;
    if (block.bytes <= TINY_BYTES) {
      this.#tiny.free(block);
      return;
    }
    if (block.pinned) this.#pinned -= block.bytes;
    this.#evict(block);
  }

  #placeTiny(block: Block): void {
    block.use = ++this.#clock;
    this.#tiny.place(block, this.#operation);
  }
  #place(block: Block): void {
    block.region = this.#room(block);
    block.use = block.queuedAt = ++this.#clock;
    this.#owner[block.region] = block;
    this.#blocks++;
    this.#append(block);
  }
  #room({ bytes, label }: Block): number {
    const hole = this.#allocator.allocate(bytes);
    if (hole >= 0) return hole;
    if (this.#allocator.settle()) {
      const hole = this.#allocator.allocate(bytes);
      if (hole >= 0) return hole;
    }
    const roomy = this.#heapBytes + Math.max(bytes, PAGE) <= this.#soft + this.#pinned;
    if (!roomy && this.#clear(bytes, IDLE)) return this.#allocator.allocate(bytes);
    if (!roomy && !this.#adaptive && this.#clear(bytes, SAVED)) return this.#allocator.allocate(bytes);
    const region = this.#grow(bytes);
    if (region >= 0) return region;
    if (this.#clear(bytes, SAVED) || this.#clear(bytes, PINNED)) return this.#allocator.allocate(bytes);
    throw this.#outOfMemory(bytes, label);
  }
  /**
   * Spills the oldest block and as many of its neighbours in memory as make one hole of the size asked for. Spilling
   * strictly by age makes many small holes instead, and the heap grows without end.
   */
  #clear(bytes: number, most: Spillable): boolean {
    for (let tries = 0; tries < TRIES; tries++) {
      const victim = this.#oldestMovable(most);
      if (victim === null) return false;
      const run = this.#around(victim, bytes, most);
      if (run !== null) {
        for (const block of run) this.#spill(block);
        this.#allocator.settle();
        return true;
      }
      this.#requeue(victim); // hemmed in by blocks that must stay
    }
    return false;
  }
  /** From the oldest; one that was used since it was queued gets a second chance at the end of the queue. */
  #oldestMovable(most: Spillable): Block | null {
    for (let block = this.#oldest; block !== null; ) {
      const next: Block | null = block.next;
      if (this.#mayMove(block, most)) {
        if (block.use <= block.queuedAt) return block;
        this.#requeue(block);
      }
      block = next;
    }
    return null;
  }
  #mayMove(block: Block, most: Spillable): boolean {
    const kind = block.pinned ? PINNED : block.saves > 0 ? SAVED : IDLE;
    return kind <= most && block.use < this.#operation;
  }
  /** Blocks that with the holes between them lie in one piece of so many bytes; grown towards the side used longer ago. */
  #around(victim: Block, bytes: number, most: Spillable): Block[] | null {
    const heap = this.#allocator;
    const run = [victim];
    let size = heap.bytes(victim.region);
    let [before, after] = [heap.before(victim.region), heap.after(victim.region)];
    const age = (region: number): number => {
      if (region < 0) return Infinity;
      if (heap.isFree(region)) return 0;
      const block = this.#owner[region]!;
      return this.#mayMove(block, most) ? block.use : Infinity;
    };
    while (size < bytes) {
      const [left, right] = [age(before), age(after)];
      if (left === Infinity && right === Infinity) return null;
      const region = left <= right ? before : after;
      if (left <= right) before = heap.before(region);
      else after = heap.after(region);
      size += heap.bytes(region);
      if (!heap.isFree(region)) run.push(this.#owner[region]!);
    }
    return run;
  }
  #requeue(block: Block): void {
    this.#unlink(block);
    this.#append(block);
    block.queuedAt = ++this.#clock;
  }
  #spill(block: Block): void {
    const at = this.#allocator.address(block.region);
    block.copy = this.#copyBuffer(block.bytes);
    block.copy.set(this.#bytes.subarray(at, at + block.bytes));
    this.#counts.spills++;
    this.#counts.spilled += block.bytes;
    this.#evict(block);
  }
  #pageIn(block: Block): void {
    this.#counts.pageIns++;
    this.#pagedIn += block.bytes;
    if (this.#adaptive && this.#pagedIn > this.#soft / 4) {
      this.#pagedIn = 0;
      this.#soft *= 1.5;
    }
    const copy = block.copy!;
    this.#place(block);
    this.#bytes.set(copy, this.#allocator.address(block.region));
    block.copy = null;
  }
  #copyBuffer(bytes: number): Uint8Array {
    if (bytes > SMALL) return new Uint8Array(bytes);
    if (this.#slab.length < bytes) this.#slab = new Uint8Array(SLAB);
    const copy = this.#slab.subarray(0, bytes);
    this.#slab = this.#slab.subarray(bytes);
    return copy;
  }
  /** A region from new memory, or -1 beyond the limit or when the engine refuses. */
  #grow(bytes: number): number {
    const amount = Math.max(bytes, PAGE); // small blocks are cut from a page at a time
    if (this.#allocator.endWith(amount) - this.#base > this.#hard) return -1;
    const missing = this.#allocator.endWith(amount) - this.#bytes.length;
    if (missing > 0 && !this.#growMemory(missing)) return -1;
    if (amount === bytes) return this.#allocator.extend(bytes);
    this.#allocator.free(this.#allocator.extend(amount));
    return this.#allocator.allocate(bytes);
  }
  /** A quarter more than there is, but at most 64 MiB more than needed; then just what is needed. */
  #growMemory(missing: number): boolean {
    const ample = Math.max(missing, Math.min(this.#bytes.length / 4, 64 * 2 ** 20));
    for (const amount of [ample, missing]) {
      try {
        this.#memory.grow(Math.ceil(amount / PAGE));
        this.#bytes = new Uint8Array(this.#memory.buffer);
        this.#tiny.rebind(this.#memory.buffer);
        return true;
      } catch {
        // the engine refuses: ask for less
      }
    }
    return false;
  }
  #outOfMemory(bytes: number, label: string): OutOfMemoryError {
    const totals = new Map<string, { count: number; bytes: number }>();
    for (let block = this.#oldest; block; block = block.next) {
      const total = totals.get(block.label) ?? { count: 0, bytes: 0 };
      totals.set(block.label, { count: total.count + 1, bytes: total.bytes + block.bytes });
    }
    const largest = [...totals].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, 8);
    const mebibytes = (n: number): string => `${(n / 2 ** 20).toFixed(1)} MiB`;
    const table = largest.map(([op, t]) => `\n  ${op}: ${mebibytes(t.bytes)} in ${t.count} storages`).join("");
    return new OutOfMemoryError(
      `${label}: need ${mebibytes(bytes)}; got a heap of ${mebibytes(this.#heapBytes)} that cannot grow. ` +
        `Dispose tensors, wrap steps in scope(), or raise setMemoryLimit. Largest live storages:${table}`,
    );
  }
  #evict(block: Block): void {
    if (block.region < 0) return;
    this.#blocks--;
    this.#owner[block.region] = null; // or the region would keep a dead block's copy alive
    this.#allocator.free(block.region);
    block.region = -1;
    this.#unlink(block);
  }
  #append(block: Block): void {
    block.previous = this.#newest;
    block.next = null;
    if (this.#newest) this.#newest.next = block;
    else this.#oldest = block;
    this.#newest = block;
  }
  #unlink(block: Block): void {
    if (block.previous) block.previous.next = block.next;
    else this.#oldest = block.next;
    if (block.next) block.next.previous = block.previous;
    else this.#newest = block.previous;
    block.previous = block.next = null;
  }
}
