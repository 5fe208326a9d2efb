/** How do kernels run? Families compile what they need at first use, on the one memory; scratch space is shared by all. */
import { assemble, type Exports, i32, instantiate, type Kernel, kernel, pointer } from "./assembler/index.ts";
import { itemSize } from "./dtype.ts";
import type { Block } from "./memory/block.ts";
import { pool } from "./memory/heap.ts";
import { memory } from "./memory/linear.ts";
import type { View } from "./view.ts";

/** Compiles kernels into functions of numbers. Keep the result: each call compiles anew. */
export const compile = <N extends string>(kernels: Readonly<Record<N, Kernel>>): Exports<N> =>
  instantiate(assemble(kernels), memory);

/** Every device method calls this first: blocks whose address is asked for from now on stay where they are. */
export const beginOperation = (): void => pool.beginOperation();

/** Byte address of the first element of a view, valid until the next operation begins. */
export const address = (view: View): number => view.storage.address() + view.offset * itemSize(view.dtype);

let arena: Block | null = null;

/**
 * Address of at least `bytes` bytes, aligned to 64, free to use until the operation ends: one arena for all, so ask
 * once per operation, for everything. Not cleared.
 */
export function scratch(bytes: number): number {
  if (!arena || arena.bytes < bytes) {
    if (arena) pool.free(arena);
    arena = pool.allocate(Math.max(bytes, 1 << 20), "scratch");
    pool.pin(arena);
  }
  return pool.address(arena);
}

/** Typed arrays over the whole memory. They change when the memory grows: take them after the last allocation. */
export const bytes = (): Uint8Array => pool.bytes;

let clearBytes: ((to: number, bytes: number) => unknown) | null = null;

/** Writes zeros. A kernel, so that it may be called inside of `parallel`. */
export function clear(to: number, bytes: number): void {
  clearBytes ??= compile({
    run: kernel({ to: pointer, bytes: i32 }, (f, { to, bytes }) => f.fillBytes(to, 0, bytes)),
  }).run;
  clearBytes(to, bytes);
}
