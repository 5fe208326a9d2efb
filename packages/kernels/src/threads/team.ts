/** How does main run a job? It publishes what is recorded, takes part, and waits for the others: never for ever. */
import { instantiate } from "../assembler/index.ts";
import { WorkerLostError } from "../errors.ts";
import { dispatcher } from "./dispatcher.ts";
import {
  CLAIMS,
  DESCRIPTOR_BYTES,
  DESCRIPTORS,
  DONE,
  EPOCH,
  FAILED,
  JOINING,
  LIMIT,
  LOG,
  MAX_MODULES,
  MAX_THREADS,
  MODULES,
  MODULES_BYTES,
  PUBLISHED,
  READY,
  TABLE_SLOTS,
  TICKET,
} from "./layout.ts";
import type { Module } from "./module.ts";
import { Recorder } from "./recorder.ts";

/** Milliseconds without any finished chunk after which a thread counts as lost. */
const LOST = 4000;
const JOBS = 2 ** 24;

/** Whether this thread may sleep: a browser's main thread may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

export class Team {
  readonly recorder: Recorder;
  readonly dispatcher: Uint8Array<ArrayBuffer> = dispatcher();
  readonly #memory: WebAssembly.Memory;
  readonly #table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SLOTS });
  readonly #words: Int32Array;
  readonly #ticket: BigInt64Array;
  readonly #mayWait: number;
  readonly #run: (job: number, chunks: number, installed: number) => unknown;
  readonly #join: (chunks: number, mayWait: number) => number;
  #modules = 0;
  #slots = 0;
  #end = MODULES;
  #job = 0;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#words = new Int32Array(memory.buffer, 0, MODULES / 4);
    this.#ticket = new BigInt64Array(memory.buffer, TICKET, 1);
    this.#mayWait = Number(mayWait(this.#words));
    const { run, join } = instantiate<"run" | "join">(this.dispatcher, memory, this.#table);
    this.#run = run;
    this.#join = join;
    this.recorder = new Recorder(memory.buffer, (module) => this.#publish(module));
  }

  /** Workers that have begun to serve. */
  get ready(): number {
    return Atomics.load(this.#words, READY / 4);
  }
  /** How many threads take part, this one included. */
  set limit(threads: number) {
    Atomics.store(this.#words, LIMIT / 4, threads);
  }

  #publish(module: Module): boolean {
    const { bytes, jobs } = module;
    if (
      this.#modules === MAX_MODULES ||
      this.#slots + jobs.length > TABLE_SLOTS ||
      this.#end + bytes.length > MODULES + MODULES_BYTES
    )
      return false;
    jobs.forEach(({ run }, i) => {
      this.#table.set(this.#slots + i, run);
    });
    new Uint8Array(this.#memory.buffer).set(bytes, this.#end);
    this.#words.set([this.#end, bytes.length, this.#slots], LOG / 4 + 3 * this.#modules);
    module.order = this.#modules++;
    module.slot = this.#slots;
    this.#end += bytes.length;
    this.#slots += jobs.length;
    Atomics.store(this.#words, PUBLISHED / 4, this.#modules); // after the bytes: who sees the count sees them
    Atomics.add(this.#words, EPOCH / 4, 1);
    Atomics.notify(this.#words, EPOCH / 4);
    return true;
  }

  /** Runs what is recorded; each thread has `local` bytes of scratch space. Throws {@link WorkerLostError}. */
  run(local: number): void {
    const { chunks, needed } = this.recorder;
    if (chunks === 0) return;
    const words = this.#words;
    this.#job = (this.#job + 1) % JOBS;
    const descriptor = (DESCRIPTORS + (this.#job & 1) * DESCRIPTOR_BYTES) / 4;
    words[descriptor] = needed;
    words[descriptor + 1] = local;
    try {
      this.#run(this.#job, chunks, this.#modules);
    } catch (error) {
      this.#abandon();
      throw error;
    }
    if (!this.#join(chunks, this.#mayWait)) this.#wait(chunks);
    if (words[FAILED / 4])
      throw new Error(`parallel: ${Atomics.exchange(words, FAILED / 4, 0)} chunks trapped in a worker.`);
  }

  #wait(chunks: number): void {
    const words = this.#words;
    let done = Atomics.load(words, DONE / 4);
    let since = performance.now();
    while (!this.#join(chunks, this.#mayWait)) {
      const now = performance.now();
      const found = Atomics.load(words, DONE / 4);
      if (found !== done) [done, since] = [found, now];
      if (now - since < LOST) continue;
      const lost = this.#busy();
      this.#abandon();
      throw new WorkerLostError(
        `parallel: need every thread to finish; got nothing from thread ${lost.join(", ")} for ${LOST / 1000} s. ` +
          "The result is not complete: compute it again.",
        lost,
      );
    }
  }

  /** Threads that work on a chunk. */
  #busy(): number[] {
    return Array.from({ length: MAX_THREADS }, (_, slot) => slot).filter((slot) =>
      Atomics.load(this.#words, CLAIMS / 4 + 16 * slot),
    );
  }

  /** Nobody takes another chunk of the job, and chunks that end later do not count. */
  #abandon(): void {
    Atomics.store(this.#ticket, 0, BigInt(this.#job) << 40n);
    Atomics.store(this.#words, JOINING / 4, 0);
    this.#job = (this.#job + 1) % JOBS;
    const start = performance.now();
    Atomics.store(this.#words, CLAIMS / 4, 0);
    while (this.#busy().length > 0 && performance.now() - start < 100);
    for (let slot = 0; slot < MAX_THREADS; slot++) Atomics.store(this.#words, CLAIMS / 4 + 16 * slot, 0);
  }
}
