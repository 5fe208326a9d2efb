/** How many threads compute? */
import { getNumThreads, type StartOptions, setNumThreads as set, startThreads as start } from "@ag/kernels";
import { aFunction, aNumber } from "../arguments/kinds.ts";
import { need } from "../arguments/signature.ts";
import { ValueError } from "../core/errors.ts";

/**
 * How many threads compute, the calling one included: as many as there are cores, 8 at most, unless `setNumThreads` said
 * otherwise; 1 where memory cannot be shared.
 */
export { getNumThreads };

/**
 * From now on `count` threads compute, the calling one included; 1 keeps everything in the calling thread. No bit of any
 * result depends on it.
 *
 * Throws {@link ValueError} unless `count` is a whole number from 1 to 64, and for more than 1 where memory cannot be
 * shared: in pages that are not isolated from other origins.
 *
 * ```ts doctest
 * const before = getNumThreads();
 * setNumThreads(1);
 * getNumThreads() // => 1
 * setNumThreads(before);
 * ```
 */
export function setNumThreads(count: number): void {
  need("setNumThreads", { count: aNumber }, count);
  try {
    set(count);
  } catch (error) {
    throw error instanceof RangeError ? new ValueError(error.message) : error;
  }
}

/**
 * Starts the threads now and waits until they serve, at most 5 seconds; otherwise they start with the first large
 * operation, in a browser only once the program lets its event loop turn. Returns how many compute.
 *
 * `threads` and `maxMemory` (bytes) are what `setNumThreads` and `setMemoryLimit({ hard })` take. `createWorker` makes a
 * worker of `@ag/kernels/worker`; bundlers that do not find that file by themselves, and pages that allow no other
 * script, want it: `() => new Worker(new URL("@ag/kernels/worker", import.meta.url), { type: "module" })`. Where no worker
 * can be had everything runs in the calling thread, and one warning says why.
 *
 * Throws {@link ValueError} as `setNumThreads` does.
 *
 * ```ts doctest
 * await startThreads({ threads: 1 }) // => 1
 * ```
 */
export async function startThreads(options: StartOptions = {}): Promise<number> {
  need("startThreads", { options: { threads: aNumber, createWorker: aFunction, maxMemory: aNumber } }, options);
  if (options.threads !== undefined) setNumThreads(options.threads);
  return await start(options);
}
