/**
 * How does an operation use several threads? It cuts its work into chunks that do not depend on each other, and says of
 * each which kernels to call. With one thread they run at once.
 *
 * Bits: the chunks of sums depend on the size of the work, never on the number of threads.
 * Cost: handing out work takes some microseconds when workers are awake, up to 50 when they sleep; so below `ENOUGH`
 * nobody is asked. While no worker is up yet everything runs here.
 */
import { Arena } from "../memory/heap/arena.ts";
import { isRecording, record } from "../wasm/runtime.ts";
import { LOCAL } from "./recorder.ts";
import type { Team } from "./team.ts";
import { places, team } from "./threads.ts";

/** Nanoseconds of work from which threads share it. */
const ENOUGH = 40_000;

/** Scratch space of all threads, side by side. */
const arena = new Arena();

/** What a parallel run needs to know. */
export interface Spread {
  readonly chunks: number;
  /** Nanoseconds that one thread would take, about: bytes / 8 + flops / 40. */
  readonly work: number;
  /** Bytes of scratch space that each thread has for itself. Not cleared. */
  readonly local?: number;
}

const arenaFor = (bytes: number): number => (bytes === 0 ? 0 : arena.at(bytes));

/** Runs what is noted. A thread that is lost may still write to its scratch space: nobody else gets that. */
function carryOut(crew: Team, stride: number, work: number): void {
  try {
    crew.run(stride, work);
  } catch (error) {
    arena.abandon();
    throw error;
  }
}

/**
 * Calls `body` for each chunk. A body computes addresses and calls kernels that `compile` made, and does nothing else:
 * it neither reads nor writes memory, nor looks at what a kernel returns, for the calls may be carried out later and by
 * any thread. Calls of one chunk run in order on one thread. `local`: the address of that thread's scratch space; it may
 * be added to and passed on, nothing more. Throws {@link WorkerLostError} when a thread is lost in the midst.
 */
export function parallel({ chunks, work, local = 0 }: Spread, body: (chunk: number, local: number) => void): void {
  const crew = chunks > 1 && work >= ENOUGH && !isRecording() ? team() : null;
  if (!crew) {
    const at = arenaFor(local);
    for (let chunk = 0; chunk < chunks; chunk++) body(chunk, at);
    return;
  }
  const stride = Math.ceil(local / 64) * 64;
  const at = arenaFor(stride * places());
  const { recorder } = crew;
  recorder.begin();
  for (let chunk = 0; chunk < chunks; chunk++) {
    record(recorder);
    try {
      if (recorder.chunk(() => body(chunk, LOCAL + at))) continue;
    } finally {
      record(null);
    }
    carryOut(crew, stride, work); // no room for more: what is noted runs, this chunk at once
    recorder.begin();
    body(chunk, at);
  }
  carryOut(crew, stride, work);
}
