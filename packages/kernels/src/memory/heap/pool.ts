/**
 * How does a program run for ever that disposes nothing? When the heap has reached its soft limit, the pool copies the
 * blocks that were not used for longest into ordinary ArrayBuffers and forgets them. If a tensor still holds the block, it comes
 * back on its next use; if none does, JavaScript's own garbage collector frees the copy.
 *
 * Kernels are fork-join: when `allocate` or `address` runs, no kernel does, so every block may move except those the
 * current operation has asked for (`use >= #operation`).
 */

import type { MemoryReport } from "../report.ts";
import { Allocator } from "./allocator.ts";
import { Block } from "./block.ts";
import { Copies } from "./copies.ts";
import { Growing, type Memory } from "./growing.ts";
import { GUARD_BYTES, type Guards } from "./guards.ts";
import { MOST, outOfMemory, warnOfSpilling } from "./messages.ts";
import { Period } from "./period.ts";
import { BlockQueue } from "./queue.ts";
import { RING_BYTES, TINY_BYTES, TinyRing } from "./tiny.ts";

const TRIES = 32; // starting points, before the heap grows
const PAGE = 65536;
const SOFT = 128 * 2 ** 20;
const MANY_PINNED = 256 * 2 ** 20; // bytes
/** Blocks from this size on are watched: a program that returns to the event loop gets them back without a spill. */
const WATCHED_BYTES = 65536;
const MUCH = 2 ** 30; // spilled bytes at which the user is told

/** What is spilled first: blocks nobody waits for, then those a backward will read, then parameters and their kind. */
type Spillable = 0 | 1 | 2;
const IDLE = 0;
const SAVED = 1;
const PINNED = 2;

export class Pool {
  readonly #memory: Growing;
  readonly #copies = new Copies();
  readonly #allocator: Allocator;
  #soft = SOFT;
  /** Until a limit is set, it follows what the program needs: what is spilled only to come back should have stayed. */
  #adaptive = true;
  #pagedIn = 0;
  #spilled = 0;
  #hard = MOST;
  #blocks = 0;
  #pinned = 0;
  readonly #base: number;
  readonly #tiny: TinyRing;
  #clock = 1;
  #operation = 1;
  readonly #queue = new BlockQueue();
  readonly #registry = new FinalizationRegistry<Block>((block) => this.free(block));
  #guards: Guards | null = null;
  /** Up to so many bytes a block lives in the ring. */
  #tinyBytes = TINY_BYTES;
  /** What is pinned, or saved, and was not used while many others were may belong to a model, or a graph, that is gone. */
  readonly #pins = new Period();
  readonly #placements = new Period();
  /** The block in each region that is not free. */
  readonly #owner: (Block | null)[] = [];
  readonly #counts = { spills: 0, spilled: 0, pageIns: 0 };

  constructor(memory: Memory, base: number) {
    this.#memory = new Growing(memory);
    this.#tiny = new TinyRing(memory.buffer, base);
    this.#base = base + RING_BYTES;
    this.#allocator = new Allocator(this.#base);
  }
  get #heapBytes(): number {
    return this.#allocator.end - this.#base;
  }
  /** All bytes of the memory; changes when the heap grows, so never keep it across an allocation. */
  get bytes(): Uint8Array {
    return this.#memory.bytes;
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
    this.#hard = Math.min(hard, MOST);
  }

  /** See `debugMemory`. */
  debug(guards: Guards | null): void {
    this.#guards = guards;
    this.#tinyBytes = guards ? -1 : TINY_BYTES;
  }
  check(): void {
    for (const block of this.#queue) this.#guards?.check(block, this.#roomOf(block));
  }
  #roomOf({ region }: Block): Uint8Array {
    const at = this.#allocator.address(region);
    return this.bytes.subarray(at, at + this.#allocator.bytes(region));
  }

  /** Blocks asked for from here on stay where they are until the next call. */
  beginOperation(): void {
    this.#operation = ++this.#clock;
  }
  allocate(bytes: number, label: string): Block {
    const block = new Block(bytes, label, bytes >= 0 && bytes <= this.#tinyBytes);
    if (this.#ring(block)) return block;
    this.#place(block);
    this.#guards?.live.add(block);
    return block;
  }
  /** Frees the block when the garbage collector has taken its holder; to be said again when it comes back from a spill. */
  watch(block: Block, holder: object): void {
    if (block.bytes >= WATCHED_BYTES) this.#registry.register(holder, block, block);
  }
  #unwatch(block: Block): void {
    if (block.bytes >= WATCHED_BYTES) this.#registry.unregister(block);
  }
  /** Keeps a block in memory for good: parameters, buffers, optimizer state, scratch. */
  pin(block: Block, holder: object): void {
    if (block.pinned || block.freed || block.isTiny) return;
    this.address(block, holder);
    block.pinned = true;
    this.#pinned += block.bytes;
    this.#pins.note(block.bytes);
  }
  /** For this operation only: after the next beginOperation the block may lie elsewhere. The holder is watched again. */
  address(block: Block, holder: object): number {
    block.use = ++this.#clock;
    if (block.region < 0 && !this.#ring(block)) this.#pageIn(block, holder);
    return block.isTiny ? this.#tiny.address(block) : this.#allocator.address(block.region);
  }
  /** Gives the block back; a second call does nothing. */
  free(block: Block): void {
    if (block.freed) return;
    block.freed = true;
    block.copy = null;
    if (block.isTiny) {
      this.#tiny.free(block);
      return;
    }
    if (this.#kindOf(block) === PINNED) this.#pinned = Math.max(0, this.#pinned - block.bytes);
    this.#unwatch(block);
    const room = this.#guards && block.region >= 0 ? this.#roomOf(block) : null;
    this.#evict(block);
    this.#guards?.release(block, room);
  }

  /** Puts a tiny block into the ring. When one operation uses all of that, it becomes an ordinary block. */
  #ring(block: Block): boolean {
    if (!block.isTiny) return false;
    block.isTiny = this.#tiny.place(block, this.#operation);
    return block.isTiny;
  }
  #place(block: Block): void {
    const guards = this.#guards;
    block.region = this.#room(block.bytes + (guards === null ? 0 : GUARD_BYTES), block.label);
    block.use = block.queuedAt = ++this.#clock;
    guards?.arm(block, this.#roomOf(block));
    this.#owner[block.region] = block;
    this.#blocks++;
    this.#placements.note(block.bytes);
    this.#queue.append(block);
  }
  #room(bytes: number, label: string): number {
    if (!(bytes >= 0 && bytes <= this.#hard)) throw outOfMemory(bytes, label, this.#heapBytes, this.#queue);
    const hole = this.#allocator.allocate(bytes);
    if (hole >= 0) return hole;
    if (this.#allocator.settle()) {
      const hole = this.#allocator.allocate(bytes);
      if (hole >= 0) return hole;
    }
    this.#placements.turn(this.#heapBytes / 2, this.#clock);
    if (this.#pins.turn(MANY_PINNED, this.#clock)) this.#countPinned();
    const roomy = this.#heapBytes + Math.max(bytes, PAGE) <= this.#soft + this.#pinned;
    if (!roomy && this.#clear(bytes, IDLE)) return this.#allocator.allocate(bytes);
    if (!roomy && !this.#adaptive && this.#clear(bytes, SAVED)) return this.#allocator.allocate(bytes);
    const region = this.#grow(bytes);
    if (region >= 0) return region;
    if (this.#clear(bytes, SAVED) || this.#clear(bytes, PINNED)) return this.#allocator.allocate(bytes);
    throw outOfMemory(bytes, label, this.#heapBytes, this.#queue);
  }
  #countPinned(): void {
    this.#pinned = 0;
    for (const block of this.#queue) if (this.#kindOf(block) === PINNED) this.#pinned += block.bytes;
  }
  #kindOf({ pinned, saves, use }: Block): Spillable {
    if (pinned && use >= this.#pins.recent) return PINNED;
    return saves > 0 && use >= this.#placements.recent ? SAVED : IDLE;
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
      this.#queue.requeue(victim, ++this.#clock); // hemmed in by blocks that must stay
    }
    return false;
  }
  /** From the oldest; one that was used since it was queued gets a second chance at the end of the queue. */
  #oldestMovable(most: Spillable): Block | null {
    for (let block = this.#queue.oldest; block !== null; ) {
      const next: Block | null = block.next;
      if (this.#mayMove(block, most)) {
        if (block.use <= block.queuedAt) return block;
        this.#queue.requeue(block, ++this.#clock);
      }
      block = next;
    }
    return null;
  }
  #mayMove(block: Block, most: Spillable): boolean {
    return block.use < this.#operation && this.#kindOf(block) <= most;
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
  #spill(block: Block): void {
    this.#guards?.check(block, this.#roomOf(block));
    block.copy = this.#copies.of(this.#roomOf(block).subarray(0, block.bytes));
    this.#counts.spills++;
    if (this.#counts.spilled < MUCH && this.#counts.spilled + block.bytes >= MUCH) warnOfSpilling(MUCH);
    this.#counts.spilled += block.bytes;
    this.#spilled += block.bytes;
    this.#unwatch(block); // or the registry would keep the copy until the program returns to the event loop
    this.#evict(block);
  }
  #pageIn(block: Block, holder: object): void {
    const copy = block.copy!;
    this.#place(block);
    this.watch(block, holder);
    this.bytes.set(copy, this.#allocator.address(block.region));
    block.copy = null;
    this.#counts.pageIns++;
    this.#pagedIn += block.bytes;
    if (this.#adaptive && this.#pagedIn > this.#soft / 4) {
      if (this.#pagedIn > this.#spilled / 4) this.#soft *= 1.5;
      this.#pagedIn = this.#spilled = 0;
    }
  }
  /** A region from new memory, or -1 beyond the limit or when the engine refuses. */
  #grow(bytes: number): number {
    const amount = Math.max(bytes, PAGE); // small blocks are cut from a page at a time
    if (this.#allocator.endWith(amount) - this.#base > this.#hard) return -1;
    const before = this.bytes;
    if (!this.#memory.reach(this.#allocator.endWith(amount))) return -1;
    if (this.bytes !== before) this.#tiny.rebind(this.bytes.buffer);
    if (amount === bytes) return this.#allocator.extend(bytes);
    this.#allocator.free(this.#allocator.extend(amount));
    return this.#allocator.allocate(bytes);
  }
  #evict(block: Block): void {
    if (block.region < 0) return;
    this.#blocks--;
    this.#owner[block.region] = null; // or the region would keep a dead block's copy alive
    this.#allocator.free(block.region);
    block.region = -1;
    this.#queue.unlink(block);
  }
}
