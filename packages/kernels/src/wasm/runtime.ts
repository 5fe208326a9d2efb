/** How do kernels run? Families compile what they need at first use, on the one memory; scratch space is shared by all. */

import { itemSize } from "../dtype.ts";
import { ONE_COPY } from "../errors.ts";
import { Arena } from "../memory/heap/arena.ts";
import { pool } from "../memory/heap/heap.ts";
import { isShared, memory } from "../memory/heap/linear.ts";
import { Storage } from "../memory/storage.ts";
import { jobOf } from "../threads/job.ts";
import type { Module } from "../threads/module.ts";
import type { Recorder } from "../threads/recorder.ts";
import type { View } from "../view.ts";
import { assemble, type Exports, i32, instantiate, type Kernel, kernel, pointer } from "./assembler/index.ts";

/** The calls of a job are noted here instead of carried out, while `parallel` records. */
let recorder: Recorder | null = null;

/** From now on calls are noted, or carried out again with null. */
export function record(into: Recorder | null): void {
  recorder = into;
}

/** Whether calls are noted. */
export const isRecording = (): boolean => recorder !== null;

/** Kernels of up to so many parameters are called with each by itself. */
const MOST_NAMED = 10;

/** Compiles kernels into functions of numbers. Keep the result: each call compiles anew. */
export function compile<N extends string>(kernels: Readonly<Record<N, Kernel>>): Exports<N> {
  const list = Object.entries<Kernel>(kernels);
  const jobs = Object.fromEntries(list.map(([name, k]) => [`${name}:job`, jobOf(k)]));
  const bytes = assemble({ ...kernels, ...jobs }, isShared);
  const exports = instantiate(bytes, memory);
  const module: Module = {
    bytes,
    jobs: list.map(([name, { parameters }]) => ({ types: parameters, run: exports[`${name}:job`] })),
    order: -1,
    slot: 0,
  };
  const callable = (
    [name, { parameters }]: readonly [string, Kernel],
    job: number,
  ): ((...args: number[]) => number) => {
    const now = exports[name]!;
    const noted = (...args: number[]): number => {
      if (recorder === null) return now(...args);
      recorder.call(module, job, args);
      return 0;
    };
    const count = parameters.length;
    if (count > MOST_NAMED) return noted;
    // Without a list: that would cost half of a small kernel.
    return (a, b, c, d, e, f, g, h, i, j) =>
      recorder === null ? now(a, b, c, d, e, f, g, h, i, j) : noted(...[a, b, c, d, e, f, g, h, i, j].slice(0, count));
  };
  return Object.fromEntries(list.map((one, job) => [one[0], callable(one, job)])) as Exports<N>;
}

/** Every device method calls this first: blocks whose address is asked for from now on stay where they are. */
export const beginOperation = (): void => pool.beginOperation();

/** Byte address of the first element of a view, valid until the next operation begins. */
export function address({ storage, offset, dtype }: View): number {
  if (!(storage instanceof Storage)) throw foreign();
  return storage.address() + offset * itemSize(dtype);
}

/** Its address would be one in another memory. */
const foreign = (): TypeError =>
  new TypeError(
    `address: need a tensor of this copy of the library; got one of another: two copies of @ag/kernels are loaded; ${ONE_COPY}`,
  );

const arena = new Arena();

/**
 * Address of at least `bytes` bytes, aligned to 64, free to use until the operation ends: one arena for all, so ask
 * once per operation, for everything. Not cleared.
 */
export const scratch = (bytes: number): number => arena.at(bytes);

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
