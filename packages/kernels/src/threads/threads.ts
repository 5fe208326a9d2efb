/** How many threads compute? The number, the team behind it, and when it is called together: at the first large work. */
import { pool } from "../memory/heap/heap.ts";
import { isShared } from "../memory/heap/linear.ts";
import { MAX_THREADS } from "./layout.ts";
import { Team } from "./team.ts";
import { type WorkerLike, Workers } from "./workers.ts";

/** Beyond this, memory is what limits most operations. */
const DEFAULT_MOST = 8;

interface NodeOs {
  availableParallelism(): number;
}

function cores(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os") as NodeOs | undefined;
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

let threads = isShared ? Math.min(cores(), DEFAULT_MOST) : 1;
let all: Team | null = null;
const workers = new Workers(
  (slot) => all!.place(slot),
  (slot) => all!.serves(slot),
);

/** How many threads compute, the calling one included. */
export const getNumThreads = (): number => Math.min(threads, 1 + workers.most);

/** Places of threads, whether or not one is there. */
export const places = (): number => threads;

/** Calls the team together, without waiting for it. */
function gather(): Team {
  all ??= new Team((slots) => workers.end(slots));
  all.limit = threads;
  workers.fill(threads);
  return all;
}

/** Those who compute together, or null while there is nobody but the calling thread. */
export function team(): Team | null {
  if (getNumThreads() === 1) return null;
  const crew = gather();
  return crew.hasHelp ? crew : null;
}

/**
 * From now on `count` threads compute, the calling one included; 1 keeps everything here. No result depends on it.
 *
 * Throws RangeError unless `count` is a whole number from 1 to 64, and where memory cannot be shared if it is not 1.
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MAX_THREADS)
    throw new RangeError(`setNumThreads: need a whole number from 1 to ${MAX_THREADS}; got ${count}.`);
  if (count > 1 && !isShared)
    throw new RangeError(
      `setNumThreads: need shared memory for ${count} threads; got none. Serve the page with ` +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    );
  threads = count;
  if (all) all.limit = count;
}

export interface StartOptions {
  /** The calling one included; as many as there are cores, 8 at most, unless told. */
  readonly threads?: number;
  /**
   * Makes a worker that runs `@ag/kernels/worker`, for bundlers, and pages with a strict security policy:
   * `() => new Worker(new URL("@ag/kernels/worker", import.meta.url), { type: "module" })`.
   */
  readonly createWorker?: () => WorkerLike;
  /** Bytes the memory never passes. */
  readonly maxMemory?: number;
}

/**
 * Starts the workers now and waits until they serve, at most 5 seconds; otherwise they start at the first large work, and
 * in a browser only once the program lets its event loop turn. The number of threads that compute. A worker is what
 * `createWorker` makes, or runs the file beside this one; where none can be had everything runs in the calling thread, and one warning says why.
 */
export async function startThreads({ threads: count, createWorker, maxMemory }: StartOptions = {}): Promise<number> {
  if (count !== undefined) setNumThreads(count);
  if (maxMemory !== undefined) pool.setLimit({ hard: maxMemory });
  if (createWorker) workers.create = createWorker;
  if (threads === 1) return 1;
  for (const end = performance.now() + 5000; gather().ready < getNumThreads() - 1 && performance.now() < end; ) {
    if (getNumThreads() === 1) return 1;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return gather().ready + 1;
}
