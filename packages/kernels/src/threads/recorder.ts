/** How does JavaScript write down the calls of a job? Each as a record in the shared memory, chunk after chunk. */
import { RECORD_HEADER } from "./job.ts";
import { CALLS, CALLS_BYTES, MAX_CHUNKS } from "./layout.ts";
import type { Module } from "./module.ts";

/** Addresses above all others: what is added to it lies in the scratch space of the thread that carries out the call. */
export const LOCAL = 2 ** 40;
const FIRST = CALLS + 8 * MAX_CHUNKS;
const END = CALLS + CALLS_BYTES;

export class Recorder {
  readonly #int32: Int32Array;
  readonly #int64: BigInt64Array;
  readonly #float32: Float32Array;
  readonly #float64: Float64Array;
  #at = FIRST;
  #chunks = 0;
  /** Modules that must be installed where the job runs. */
  #needed = 0;

  readonly #publish: (module: Module) => boolean;
  #isFull = false;

  /** `publish` makes a module's jobs known to all threads, or says that there is no room. */
  constructor(buffer: ArrayBufferLike, publish: (module: Module) => boolean) {
    this.#publish = publish;
    this.#int32 = new Int32Array(buffer, 0, END / 4);
    this.#int64 = new BigInt64Array(buffer, 0, END / 8);
    this.#float32 = new Float32Array(buffer, 0, END / 4);
    this.#float64 = new Float64Array(buffer, 0, END / 8);
  }

  get chunks(): number {
    return this.#chunks;
  }
  get needed(): number {
    return this.#needed;
  }
  begin(): void {
    this.#at = FIRST;
    this.#chunks = 0;
    this.#needed = 0;
  }
  /** Notes the calls of one chunk; false when there was no room for them: then nothing is noted. */
  chunk(calls: () => void): boolean {
    const begin = this.#at;
    this.#isFull = this.#chunks === MAX_CHUNKS;
    if (!this.#isFull) calls();
    if (this.#isFull) {
      this.#at = begin;
      return false;
    }
    const entry = CALLS / 4 + 2 * this.#chunks++;
    this.#int32[entry] = begin;
    this.#int32[entry + 1] = this.#at;
    return true;
  }
  /** One call of a job of `module`. */
  call(module: Module, job: number, args: readonly number[]): void {
    const bytes = RECORD_HEADER + 8 * args.length;
    const at = this.#at;
    this.#isFull ||= at + bytes > END || (module.order < 0 && !this.#publish(module));
    if (this.#isFull) return;
    this.#at += bytes;
    const { types } = module.jobs[job]!;
    let locals = 0;
    for (let i = 0; i < args.length; i++) {
      const x = args[i]!;
      const to = at + RECORD_HEADER + 8 * i;
      switch (types[i]) {
        case "i32":
          if (x >= LOCAL) locals |= 1 << i;
          this.#int32[to / 4] = x >= LOCAL ? x - LOCAL : x;
          break;
        case "f32":
          this.#float32[to / 4] = x;
          break;
        case "f64":
          this.#float64[to / 8] = x;
          break;
        default:
          this.#int64[to / 8] = BigInt(x);
      }
    }
    const word = at / 4;
    this.#int32[word] = module.slot + job;
    this.#int32[word + 1] = bytes;
    this.#int32[word + 2] = locals;
    this.#needed = Math.max(this.#needed, module.order + 1);
  }
}
