/**
 * What runs in a worker? WebAssembly, for ever; it comes out only to compile kernels that were published after it went
 * in. In Node it begins by itself, elsewhere when it is sent its place.
 */
import { version } from "../version.ts";
import {
  CLAIM,
  CLAIMED,
  DONE,
  FAILED,
  HOLDER,
  JOINING,
  LINE_BYTES,
  LOG,
  PUBLISHED,
  SERVING,
  TABLE_SLOTS,
  TRAPPED,
} from "./layout.ts";
import type { GREETING } from "./workers.ts";

/** What main looks for in the file, and waits for where it cannot look. */
const greeting: typeof GREETING = "@ag/kernels worker";

/** What a worker needs to begin. */
export interface Place {
  /** Of main: a worker of another would look for things where they are not. */
  readonly version: string;
  /** A `WebAssembly.Memory`: to name it would ask users for the DOM's types. */
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly slot: number;
  /** Number of the worker: another one in the same place means that this one was given up. */
  readonly holder: number;
  readonly dispatcher: Uint8Array<ArrayBuffer>;
}

interface Port {
  postMessage(message: string): void;
  once(event: "message", listener: (place: Place) => void): void;
}
interface NodeThreads {
  readonly workerData: { readonly ag?: Place } | null;
  readonly parentPort: Port | null;
}

function serve({ version: wanted, memory, slot, holder, dispatcher }: Place): void {
  if (wanted !== version) throw new Error(`one of version ${version} instead of ${wanted}`);
  const table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SLOTS });
  const env = { memory: memory as WebAssembly.Memory, table };
  const instantiate = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Exports =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports;
  const work = instantiate(dispatcher).serve as (slot: number, holder: number, installed: number) => number;
  const words = new Int32Array(memory.buffer, 0, 16384);
  const longs = new BigInt64Array(memory.buffer, 0, 8192);
  const own = (field: number): number => (field + LINE_BYTES * slot) / 4;
  const isDismissed = (): boolean => Atomics.load(words, own(HOLDER)) !== holder;

  const install = (order: number): void => {
    const [at, length, first] = words.subarray(LOG / 4 + 3 * order, LOG / 4 + 3 * order + 3) as unknown as number[];
    const bytes = new Uint8Array(memory.buffer, at, length).slice(); // a copy: shared bytes cannot be compiled
    Object.entries(instantiate(bytes))
      .filter(([name]) => name.endsWith(":job"))
      .forEach(([, run], i) => {
        table.set(first! + i, run);
      });
  };

  /** A chunk that trapped counts as done, so that main does not wait for it; main throws when it sees the mark. */
  const trap = (): void => {
    if (isDismissed()) return;
    const job = Atomics.load(longs, own(CLAIMED) / 2);
    Atomics.store(words, own(TRAPPED), 1);
    Atomics.add(words, FAILED / 4, 1);
    for (let found = Atomics.load(longs, DONE / 8); found >> 20n === job; ) {
      const seen = Atomics.compareExchange(longs, DONE / 8, found, found + 1n);
      if (seen === found) break;
      found = seen;
    }
    Atomics.store(words, own(CLAIM), 0);
    if (Atomics.load(words, JOINING / 4)) Atomics.notify(words, DONE / 4);
  };

  for (let installed = 0; !isDismissed(); ) {
    while (installed < Atomics.load(words, PUBLISHED / 4)) install(installed++);
    Atomics.store(words, own(SERVING), holder);
    try {
      work(slot, holder, installed);
    } catch {
      trap();
    }
  }
}

const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
if (threads?.workerData?.ag) serve(threads.workerData.ag);
else if (threads) {
  threads.parentPort?.once("message", serve);
  threads.parentPort?.postMessage(greeting);
} else {
  addEventListener(
    "message",
    ({ data }) => {
      serve(data as Place);
      close();
    },
    { once: true },
  );
  postMessage(greeting);
}
