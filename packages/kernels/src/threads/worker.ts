/**
 * What runs in a worker? WebAssembly, for ever; it comes out only to compile kernels that were published after it went
 * in. In Node it begins by itself, elsewhere when it is sent its place.
 */
import { CLAIMS, DONE, FAILED, JOINING, LOG, PUBLISHED, READY, TABLE_SLOTS, TICKET } from "./layout.ts";

/** What a worker needs to begin. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly slot: number;
  readonly dispatcher: Uint8Array<ArrayBuffer>;
}

interface Port {
  once(event: "message", listener: (place: Place) => void): void;
}
interface NodeThreads {
  readonly workerData: { readonly ag?: Place } | null;
  readonly parentPort: Port | null;
}

function serveForever({ memory, slot, dispatcher }: Place): never {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SLOTS });
  const env = { memory, table };
  const instantiate = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Exports =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports;
  const serve = instantiate(dispatcher).serve as (slot: number, installed: number) => number;
  const words = new Int32Array(memory.buffer, 0, 16384);
  const [done, ticket] = [new BigInt64Array(memory.buffer, DONE, 1), new BigInt64Array(memory.buffer, TICKET, 1)];

  const install = (order: number): void => {
    const [at, length, first] = words.subarray(LOG / 4 + 3 * order, LOG / 4 + 3 * order + 3) as unknown as number[];
    const bytes = new Uint8Array(memory.buffer, at, length).slice(); // a copy: shared bytes cannot be compiled
    Object.entries(instantiate(bytes))
      .filter(([name]) => name.endsWith(":job"))
      .forEach(([, run], i) => {
        table.set(first! + i, run);
      });
  };

  /** A chunk that trapped counts as done, so that main does not wait for it, and as failed, so that main throws. */
  const fail = (): void => {
    Atomics.add(words, FAILED / 4, 1);
    Atomics.store(words, CLAIMS / 4 + 16 * slot, 0);
    const job = Atomics.load(ticket, 0) >> 40n;
    for (let found = Atomics.load(done, 0); found >> 20n === job; ) {
      const seen = Atomics.compareExchange(done, 0, found, found + 1n);
      if (seen === found) break;
      found = seen;
    }
    if (Atomics.load(words, JOINING / 4)) Atomics.notify(words, DONE / 4);
  };

  for (let installed = 0, isNew = true; ; ) {
    while (installed < Atomics.load(words, PUBLISHED / 4)) install(installed++);
    if (isNew) Atomics.add(words, READY / 4, 1);
    isNew = false;
    try {
      serve(slot, installed);
    } catch {
      fail();
    }
  }
}

const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
if (threads?.workerData?.ag) serveForever(threads.workerData.ag);
else if (threads) threads.parentPort?.once("message", serveForever);
else addEventListener("message", ({ data }) => serveForever(data as Place), { once: true });
