import { allocate, type Storage } from "@ag/kernels";
import { i32, kernel, pointer } from "#assembler";
import { pool } from "#memory/heap";
import { parallel } from "#parallel";
import { beginOperation, compile } from "#runtime";

/** Work that threads share in every case. */
export const MUCH = 1e6;

/** Whole numbers below n, the same every time. */
export function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** x[i] = factor · x[i] + value: a call that is left out, made twice or made with other arguments shows in the result. */
interface Mixing {
  readonly factor: number;
  mix(at: number, n: number, value: number): unknown;
  move(to: number, from: number, n: number): unknown;
}

/** A module of its own: workers must compile it before they help. */
export function mixing(factor: number): Mixing {
  const mix = kernel({ at: pointer, n: i32, value: i32 }, (f, { at, n, value }) =>
    f.repeat(n, () => {
      f.store(at, 0, i32.add(i32.mul(i32.load(at), factor), value));
      at.advance(4);
    }),
  );
  const move = kernel({ to: pointer, from: pointer, n: i32 }, (f, { to, from, n }) =>
    f.copyBytes(to, from, i32.mul(n, 4)),
  );
  return { factor, ...compile({ mix, move }) };
}

/** Numbers in the heap that jobs change, and what they should be. */
export class Field {
  readonly #storage: Storage;
  readonly #expected: Int32Array;

  constructor(words: number) {
    this.#storage = allocate(4 * words, "field");
    this.#expected = new Int32Array(words);
    this.words().fill(0);
  }

  words(): Int32Array {
    beginOperation();
    return new Int32Array(pool.bytes.buffer, this.#storage.address(), this.#expected.length);
  }

  /** A job of `chunks` chunks, in each of which `calls` calls change `n` words; through scratch space if `local`. */
  run(kernels: Mixing, { chunks, calls, n, value, local }: Job): void {
    beginOperation();
    const at = this.#storage.address();
    parallel({ chunks, work: MUCH, local: local ? 4 * n : 0 }, (chunk, scratch) => {
      const from = at + 4 * n * chunk;
      const place = local ? scratch : from;
      if (local) kernels.move(scratch, from, n);
      for (let call = 0; call < calls; call++) kernels.mix(place, n, value + chunk * call);
      if (local) kernels.move(from, scratch, n);
    });
    for (let chunk = 0; chunk < chunks; chunk++)
      for (let i = n * chunk; i < n * (chunk + 1); i++)
        for (let call = 0; call < calls; call++)
          this.#expected[i] = Math.imul(this.#expected[i]!, kernels.factor) + value + chunk * call;
  }

  /** How many of the first words are not what they should be. */
  wrong(words: number): number {
    const found = this.words();
    let count = 0;
    for (let i = 0; i < words; i++) if (found[i] !== this.#expected[i]) count++;
    return count;
  }

  release(): void {
    this.#storage.release();
  }
}

export interface Job {
  readonly chunks: number;
  readonly calls: number;
  readonly n: number;
  readonly value: number;
  readonly local: boolean;
}

/** Random jobs, with new kernels and a growing memory in between. The number of wrong words after each, in all. */
export async function randomJobs(
  jobs: number,
  between: (job: number, below: (n: number) => number) => unknown,
): Promise<number> {
  const below = dice(jobs);
  const fields: Field[] = [];
  let field = new Field(64 * 256);
  let kernels = mixing(3);
  let wrong = 0;
  for (let job = 0; job < jobs; job++) {
    if (job % 512 === 0 && job < 512 * 512) kernels = mixing(2 * below(1000) + 1);
    if (job % 512 === 256 && fields.length < 12) {
      field = new Field(1 << 20); // the memory grows beyond what workers have seen
      fields.push(field);
    }
    const n = 1 + below(below(8) === 0 ? 256 : 16);
    const shape = { chunks: 1 + below(64), calls: 1 + below(3), n, value: below(1e9), local: below(2) === 0 };
    field.run(kernels, shape);
    wrong += field.wrong(shape.chunks * n);
    await between(job, below);
  }
  for (const each of fields) each.release();
  return wrong;
}
