/** How does main run a job? It publishes what is recorded, takes part, and waits for the others: never for ever. */

import { WorkerLostError } from "../errors.ts";
import { memory } from "../memory/heap/linear.ts";
import { version } from "../version.ts";
import { instantiate } from "../wasm/assembler/index.ts";
import type { Place } from "./ag-kernels-worker.ts";
import { dispatcher } from "./dispatcher.ts";
import {
  CLAIM,
  DESCRIPTOR_BYTES,
  DESCRIPTORS,
  DONE,
  EPOCH,
  FAILED,
  HOLDER,
  JOINING,
  LIMIT,
  LINE_BYTES,
  LOG,
  MAX_MODULES,
  MAX_THREADS,
  MODULES,
  MODULES_BYTES,
  PUBLISHED,
  SERVING,
  TABLE_SLOTS,
  TICKET,
  TRAPPED,
} from "./layout.ts";
import type { Module } from "./module.ts";
import { Recorder } from "./recorder.ts";

const JOBS = 2 ** 24;
/** A chunk may take so many times as long as was estimated before its thread counts as lost. */
const SLOWER = 50;
/** Milliseconds that one look counts at most: neither a debugger nor a suspended machine makes a thread look lost. */
const LOOK = 200;

/** Whether this thread may sleep: a browser's main thread may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** Counts how long nothing happens. */
class Patience {
  readonly #most: number;
  #seen: number | undefined;
  #waited = 0;
  #last = performance.now();
  /** Milliseconds. */
  constructor(most: number) {
    this.#most = most;
  }
  /** Whether to wait on; `state` changes whenever something happens. */
  lasts(state: number): boolean {
    const now = performance.now();
    this.#waited = state === this.#seen ? this.#waited + Math.min(now - this.#last, LOOK) : 0;
    this.#seen = state;
    this.#last = now;
    return this.#waited < this.#most;
  }
}

export class Team {
  readonly recorder: Recorder;
  /** Milliseconds without any finished chunk after which a thread counts as lost, at least. */
  patience = 4000;
  /** Whether main may sleep while it waits for the others. */
  mayWait: boolean;
  readonly #dispatcher = dispatcher();
  readonly #table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SLOTS });
  readonly #words = new Int32Array(memory.buffer, 0, MODULES / 4);
  readonly #ticket = new BigInt64Array(memory.buffer, TICKET, 1);
  readonly #run: (job: number, chunks: number, installed: number) => unknown;
  readonly #join: (chunks: number, mayWait: number) => number;
  readonly #replace: (slots: readonly number[]) => void;
  #hasHelp = false;
  #modules = 0;
  #slots = 0;
  #end = MODULES;
  #job = 0;

  /** `replace` ends the workers in places whose threads were lost. */
  constructor(replace: (slots: readonly number[]) => void) {
    this.#replace = replace;
    this.mayWait = mayWait(this.#words);
    const { run, join } = instantiate<"run" | "join">(this.#dispatcher, memory, this.#table);
    this.#run = run;
    this.#join = join;
    this.recorder = new Recorder(memory.buffer, (module) => this.#publish(module));
  }

  #at(field: number, slot: number): number {
    return (field + LINE_BYTES * slot) / 4;
  }
  #slotsWhere(is: (slot: number) => boolean): number[] {
    return Array.from({ length: MAX_THREADS - 1 }, (_, i) => i + 1).filter(is);
  }

  /** What a new worker needs; another one in that place retires. */
  place(slot: number): Place {
    const holder = Atomics.add(this.#words, this.#at(HOLDER, slot), 1) + 1;
    return { version, memory, slot, holder, dispatcher: this.#dispatcher };
  }
  /** Whether the worker in that place has begun to serve. */
  serves(slot: number): boolean {
    const holder = Atomics.load(this.#words, this.#at(HOLDER, slot));
    return holder > 0 && holder === Atomics.load(this.#words, this.#at(SERVING, slot));
  }
  /** Workers that have begun to serve and may take part. */
  get ready(): number {
    const limit = Atomics.load(this.#words, LIMIT / 4);
    return this.#slotsWhere((slot) => slot < limit && this.serves(slot)).length;
  }
  /** Whether a worker ever served: until then main need not write down what it does. */
  get hasHelp(): boolean {
    this.#hasHelp ||= this.ready > 0;
    return this.#hasHelp;
  }
  /** How many threads take part, this one included. */
  set limit(threads: number) {
    if (Atomics.exchange(this.#words, LIMIT / 4, threads) < threads) Atomics.notify(this.#words, LIMIT / 4);
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
    new Uint8Array(memory.buffer).set(bytes, this.#end);
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

  /**
   * Runs what is recorded: about `work` nanoseconds for one thread; each thread has `local` bytes of scratch space.
   * Throws {@link WorkerLostError}.
   */
  run(local: number, work: number): void {
    const { chunks, needed } = this.recorder;
    if (chunks === 0) return;
    const words = this.#words;
    this.#job = (this.#job + 1) % JOBS;
    const descriptor = (DESCRIPTORS + (this.#job & 1) * DESCRIPTOR_BYTES) / 4;
    words[descriptor] = needed;
    words[descriptor + 1] = local;
    const patience = Math.max(this.patience, (SLOWER * work) / chunks / 1e6);
    try {
      this.#run(this.#job, chunks, this.#modules);
    } catch (error) {
      this.#giveUp(patience); // main itself trapped
      throw error;
    }
    const wait = new Patience(patience);
    while (!this.#join(chunks, Number(this.mayWait)))
      if (!wait.lasts(Atomics.load(words, DONE / 4)))
        throw lost(this.#giveUp(0), `it gave no sign for ${Math.round(patience)} ms`);
    if (Atomics.load(words, FAILED / 4) > 0) throw lost(this.#trapped(), "its kernel trapped");
  }

  /** Threads whose chunk trapped; forgets them. They serve on. */
  #trapped(): readonly number[] {
    Atomics.store(this.#words, FAILED / 4, 0);
    return this.#slotsWhere((slot) => Atomics.exchange(this.#words, this.#at(TRAPPED, slot), 0) === 1);
  }

  /** Nobody takes another chunk of the job. Who does not finish in `patience` milliseconds is dismissed: these threads. */
  #giveUp(patience: number): readonly number[] {
    const words = this.#words;
    Atomics.store(this.#ticket, 0, BigInt(this.#job) << 40n);
    Atomics.store(words, JOINING / 4, 0);
    Atomics.store(words, CLAIM / 4, 0); // main's own
    const busy = (): readonly number[] => this.#slotsWhere((slot) => Atomics.load(words, this.#at(CLAIM, slot)) > 0);
    for (const wait = new Patience(patience); busy().length > 0 && wait.lasts(busy().length); );
    const gone = busy();
    for (const slot of gone) {
      Atomics.add(words, this.#at(HOLDER, slot), 1);
      Atomics.store(words, this.#at(CLAIM, slot), 0);
    }
    this.#trapped();
    this.#replace(gone);
    return gone;
  }
}

const lost = (threads: readonly number[], what: string): WorkerLostError =>
  new WorkerLostError(
    `parallel: need every thread to finish; got a lost one (${threads.join(", ")}): ${what}. Its result is not complete: ` +
      "compute it again. Later operations are right.",
    threads,
  );
