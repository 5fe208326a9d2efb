/**
 * Steps of optimizers over whole parameter groups: each array is read and written once, in place.
 *
 * Every operation of a rule rounds by itself, and scalars are rounded to the dtype first: the bits are those of the same
 * steps taken operation by operation. PyTorch's own kernels fuse some products into the sums after them, so it differs in
 * the last place. The arrays of a group are cut and joined into chunks of about the same length; chunks do not change the
 * numbers.
 */
import { itemSize, type Real } from "../../dtype.ts";
import { parallel } from "../../threads/parallel.ts";
import { sizeOf, type View } from "../../view.ts";
import { once } from "../../wasm/once.ts";
import { address, beginOperation, compile } from "../../wasm/runtime.ts";
import { type Rule, updateKernel } from "./kernel.ts";

type Run = (...args: number[]) => number;

/** Elements of a chunk, at least, a multiple of 16. */
const CHUNK = 32768;
/** Chunks of a group, about, where it is large. */
const CHUNKS = 32;
/** Nanoseconds for an element, about. */
const COST = 0.4;

/** Some elements of all arrays that belong to one parameter. */
interface Piece {
  readonly run: Run;
  readonly count: number;
  /** Bytes of an element. */
  readonly size: number;
  /** Of the arrays. */
  readonly at: readonly number[];
}

/** Chunks of neighbouring pieces; long parameters make several. */
function chunksOf(whole: readonly Piece[], most: number): Piece[][] {
  const chunks: Piece[][] = [];
  let room = 0;
  for (const { run, count, at, size } of whole)
    for (let done = 0; done < count; ) {
      if (room === 0) {
        chunks.push([]);
        room = most;
      }
      const taken = Math.min(room, count - done);
      const from = done * size;
      chunks.at(-1)!.push({ run, count: taken, size, at: at.map((a) => a + from) });
      done += taken;
      room = Math.max(0, room - 16 * Math.ceil(taken / 16)); // so that cuts are at multiples of 64 bytes
    }
  return chunks;
}

type Runs = (dtype: Real) => (arrays: number) => (scalars: number) => Run;

/** The kernels of each rule, by dtype and by how many arrays and scalars it is given. */
const kernels = /* @__PURE__ */ new WeakMap<Rule, Runs>();

function runsOf(rule: Rule): Runs {
  let runs = kernels.get(rule);
  if (!runs) {
    runs = once((dtype) =>
      once((arrays) => once((scalars) => compile({ run: updateKernel({ rule, dtype, arrays, scalars }) }).run)),
    );
    kernels.set(rule, runs);
  }
  return runs;
}

function needFloat({ dtype }: View): Real {
  if (dtype === "float32" || dtype === "float64") return dtype;
  throw new TypeError(`update: need float32 or float64 parameters; got ${dtype}.`);
}

/** As `Device.update` says. */
export function update(rule: Rule, arrays: readonly (readonly View[])[], scalars: readonly number[]): void {
  const params = arrays[0]!;
  const runs = runsOf(rule);
  const found = params.map((param) => runs(needFloat(param))(arrays.length)(scalars.length)); // compiled before addresses are taken
  beginOperation();
  let total = 0;
  const whole = params.map(({ sizes, dtype }, i): Piece => {
    const count = sizeOf(sizes);
    total += count;
    return { run: found[i]!, count, size: itemSize(dtype), at: arrays.map((list) => address(list[i]!)) };
  });
  const chunks = chunksOf(whole, Math.max(CHUNK, 16 * Math.ceil(total / CHUNKS / 16)));
  parallel({ chunks: chunks.length, work: total * COST }, (chunk) => {
    for (const { run, count, at } of chunks[chunk]!) run(count, ...at, ...scalars);
  });
}
