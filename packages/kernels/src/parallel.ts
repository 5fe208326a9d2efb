/**
 * How does an operation use several threads? It cuts its work into chunks that do not depend on each other, and says of
 * each which kernels to call. With one thread they run at once.
 *
 * Bits: the chunks of sums depend on the size of the work, never on the number of threads.
 */
import type { Block } from "./memory/block.ts";
import { pool } from "./memory/heap.ts";

let arena: Block | null = null;

/** What a parallel run needs to know. */
export interface Spread {
  readonly chunks: number;
  /** Nanoseconds that one thread would take, about: bytes / 8 + flops / 40. Below some tens of thousands nobody is woken. */
  readonly work: number;
  /** Bytes of scratch space that each thread has for itself. Not cleared. */
  readonly local?: number;
}

/**
 * Calls `body` for each chunk. A body computes addresses and calls kernels that `compile` made, and does nothing else:
 * it neither reads nor writes memory, nor looks at what a kernel returns, for the calls may be carried out later and by
 * any thread. Calls of one chunk run in order on one thread. `local`: the address of that thread's scratch space; it may
 * be added to and passed on, nothing more.
 */
export function parallel({ chunks, local = 0 }: Spread, body: (chunk: number, local: number) => void): void {
  if (local > 0 && (!arena || arena.bytes < local)) {
    if (arena) pool.free(arena);
    arena = pool.allocate(Math.max(local, 1 << 20), "scratch");
    pool.pin(arena);
  }
  const at = arena ? pool.address(arena) : 0;
  for (let chunk = 0; chunk < chunks; chunk++) body(chunk, at);
}
