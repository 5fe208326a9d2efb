/** How are errors of kernels found? By a switch that makes the pool suspicious. Off, it costs nothing. */
import type { Block } from "./block.ts";
import { Guards } from "./guards.ts";
import { pool } from "./heap.ts";

let guards: Guards | null = null;

/**
 * Blocks that are allocated while this is on have guards behind them, fresh ones are filled with NaN, and none lives in
 * the ring of tiny blocks. A write too far throws {@link OverrunError} when the block is freed or spilled, or at the next
 * {@link checkMemory}.
 */
export function debugMemory(on: boolean): void {
  guards = on ? (guards ?? new Guards()) : null;
  pool.debug(guards);
}

/** Looks behind every block in the heap. */
export const checkMemory = (): void => pool.check();

/** The blocks that were allocated since `debugMemory(true)` and not freed. */
export const liveBlocks = (): readonly Pick<Block, "bytes" | "label">[] => [...(guards?.live ?? [])];
