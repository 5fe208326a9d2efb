/** Who starts the workers, and replaces those that ended? They hold no process open and answer to no event loop. */
import type { Place } from "./worker.ts";

/** What we need of a `Worker`, in Node and in browsers. */
export interface WorkerLike {
  postMessage(place: unknown): void;
  terminate(): unknown;
  unref?(): void;
  on?(event: "exit" | "error", listener: () => void): unknown;
  addEventListener?(event: "error", listener: () => void): unknown;
}

interface NodeThreads {
  Worker: new (url: URL, options: { workerData: { ag: Place }; name: string; execArgv: [] }) => WorkerLike;
}

/** A worker that ends before it served is not started again: it would only end again. */
const TRIES = 3;

export class Workers {
  readonly #place: (slot: number) => Place;
  readonly #running = new Map<number, WorkerLike>();
  #failures = 0;
  #create: (() => WorkerLike) | null = null;

  constructor(place: (slot: number) => Place) {
    this.#place = place;
  }

  /** Replaces the way a worker is made, where bundlers or a security policy ask for it. It gets its place by message. */
  set create(create: () => WorkerLike) {
    this.#create = create;
    this.#failures = 0;
  }

  /** Starts what is missing, so that slots 1 … count − 1 have a worker. */
  fill(count: number): void {
    for (let slot = 1; slot < count && this.#failures < TRIES; slot++) if (!this.#running.has(slot)) this.#start(slot);
  }

  /** Ends the workers of these slots; `fill` starts others. */
  end(slots: Iterable<number>): void {
    for (const slot of slots) {
      const worker = this.#running.get(slot);
      this.#running.delete(slot);
      worker?.terminate();
    }
  }

  /** Whether no worker can be had. */
  get isHopeless(): boolean {
    return this.#failures >= TRIES;
  }

  #start(slot: number): void {
    try {
      const worker = this.#make(slot);
      this.#running.set(slot, worker);
      const gone = (isFailure: boolean): void => {
        if (this.#running.get(slot) !== worker) return;
        this.#running.delete(slot);
        if (isFailure) this.#failures++;
      };
      worker.on?.("error", () => gone(true));
      worker.on?.("exit", () => gone(false));
      worker.addEventListener?.("error", () => gone(true));
      worker.unref?.();
    } catch {
      this.#failures = TRIES;
    }
  }

  #make(slot: number): WorkerLike {
    const place = this.#place(slot);
    const node = globalThis.process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
    if (!this.#create && node) {
      const url = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
      // no flags of the program's: it needs none, and would not start with --input-type
      return new node.Worker(url, { workerData: { ag: place }, name: `@ag/kernels ${slot}`, execArgv: [] });
    }
    const worker = this.#create?.() ?? new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.postMessage(place);
    return worker;
  }
}
