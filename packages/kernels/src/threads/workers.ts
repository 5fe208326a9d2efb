/**
 * Who starts the workers, and replaces those that ended? They hold no process open and answer to no event loop.
 *
 * Bundlers leave our worker behind, and what lies in its place may be somebody else's. In Node the file is looked at
 * before it runs. Elsewhere one worker is started alone; only when it has greeted does it get the memory, and company.
 */
import type { Place } from "./ag-kernels-worker.ts";

/** What our worker's file contains, and says first when it was not given a place. */
export const GREETING = "@ag/kernels worker";

/** What we need of a `Worker`, in Node and in browsers. */
export interface WorkerLike {
  postMessage(place: unknown): void;
  terminate(): unknown;
  unref?(): void;
  on?(event: string, listener: (value: unknown) => void): unknown;
  addEventListener?(event: string, listener: (event: unknown) => void): unknown;
}

interface NodeThreads {
  Worker: new (url: URL, options: { workerData: { ag: Place }; name: string; execArgv: [] }) => WorkerLike;
}
interface NodeFiles {
  readFileSync(url: URL, encoding: "utf8"): string;
}

/** A worker that ends before it served is started so often: it would only end again. */
const TRIES = 3;
/** Milliseconds between two looks at a worker that has not greeted yet, and looks: counted in turns of the event loop. */
const LOOK = 200;
const LOOKS = 50;

const nodeModule = (name: string): unknown => globalThis.process?.getBuiltinModule?.(name);
const causeOf = (error: unknown): string => (error as Partial<Error> | null)?.message || "one that does not start";

/** In Node a listener gets the value itself, in browsers an event. */
function listen(worker: WorkerLike, event: string, listener: (value: unknown) => void): void {
  worker.on?.(event, listener);
  worker.addEventListener?.(event, listener);
}

/** Throws unless the file is our worker. */
function checkFile(url: URL): void {
  const files = nodeModule("node:fs") as NodeFiles;
  if (!files.readFileSync(url, "utf8").includes(GREETING)) throw new Error(`another program at ${url}`);
}

export class Workers {
  readonly #place: (slot: number) => Place;
  readonly #serves: (slot: number) => boolean;
  readonly #running = new Map<number, WorkerLike>();
  #create: (() => WorkerLike) | null = null;
  #count = 1;
  /** Whether what is started is known to be our worker. */
  #isOurs = false;
  /** The one whose greeting will tell. */
  #first: WorkerLike | null = null;
  #failures = 0;
  #isStopped = false;

  /** `serves`: whether the worker in that place has begun to. */
  constructor(place: (slot: number) => Place, serves: (slot: number) => boolean) {
    this.#place = place;
    this.#serves = serves;
  }

  /** Replaces the way a worker is made, where bundlers or a security policy ask for it. It gets its place by message. */
  set create(create: () => WorkerLike) {
    this.#create = create;
    this.#isOurs = this.#isStopped = false;
    this.#first = null;
    this.#failures = 0;
  }

  /** Starts what is missing, so that slots 1 … count − 1 have a worker: the first alone, until it is known to be ours. */
  fill(count: number): void {
    this.#count = count;
    for (let slot = 1; slot < count && !this.#isStopped; slot++)
      if (!this.#running.has(slot) && (this.#isOurs || this.#first === null)) this.#start(slot);
  }

  /** Ends the workers of these slots; `fill` starts others. */
  end(slots: Iterable<number>): void {
    for (const slot of slots) {
      const worker = this.#running.get(slot);
      this.#running.delete(slot);
      if (worker === this.#first) this.#first = null;
      worker?.terminate();
    }
  }

  /** So many workers can be had at most. */
  get most(): number {
    return this.#isStopped ? this.#running.size : Number.POSITIVE_INFINITY;
  }

  #start(slot: number): void {
    try {
      const node = nodeModule("node:worker_threads") as NodeThreads | undefined;
      const isFromFile = !this.#create && node !== undefined;
      const place = this.#place(slot); // whoever was there before serves no longer
      const worker = isFromFile ? this.#fromFile(node, place) : this.#make();
      if (typeof worker.terminate !== "function") throw new Error("what is no worker");
      this.#running.set(slot, worker);
      if (!this.#isOurs) this.#first = worker;
      const gone = (error: unknown): void => this.#gone(slot, worker, error);
      listen(worker, "error", gone);
      listen(worker, "exit", gone);
      if (!isFromFile) this.#introduce(place, worker);
      worker.unref?.();
    } catch (error) {
      this.#stop(causeOf(error));
    }
  }

  #fromFile(node: NodeThreads, place: Place): WorkerLike {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const url = new URL(`./ag-kernels-worker.${extension}`, import.meta.url);
    if (!this.#isOurs) checkFile(url);
    this.#isOurs = true;
    // no flags of the program's: it needs none, and would not start with --input-type
    return new node.Worker(url, { workerData: { ag: place }, name: `@ag/kernels ${place.slot}`, execArgv: [] });
  }

  #make(): WorkerLike {
    return this.#create?.() ?? new Worker(new URL("./ag-kernels-worker.js", import.meta.url), { type: "module" });
  }

  /** Gives the worker its place once it has greeted. */
  #introduce(place: Place, worker: WorkerLike): void {
    const { slot } = place;
    let isGreeted = false;
    const hear = (message: unknown): void => {
      if (isGreeted || this.#running.get(slot) !== worker) return;
      if (message !== GREETING && (message as Partial<MessageEvent> | null)?.data !== GREETING) {
        this.#gone(slot, worker, new Error("one that is another program"));
        return;
      }
      isGreeted = true;
      if (worker === this.#first) this.#isOurs = true;
      worker.postMessage(place);
      this.fill(this.#count);
    };
    const look = (left: number): void => {
      if (isGreeted || this.#running.get(slot) !== worker) return;
      if (left === 0) this.#gone(slot, worker, new Error("one that does not answer"));
      else (setTimeout(look, LOOK, left - 1) as { unref?(): void }).unref?.();
    };
    listen(worker, "message", hear);
    look(LOOKS);
  }

  /** One that ended before it served would only do so again. */
  #gone(slot: number, worker: WorkerLike, error: unknown): void {
    if (this.#running.get(slot) !== worker) return;
    this.end([slot]);
    if (this.#serves(slot)) return;
    this.#failures++;
    if (!this.#isOurs || this.#failures >= TRIES) this.#stop(causeOf(error));
  }

  #stop(cause: string): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    console.warn(
      `UserWarning: @ag computes in ${this.#running.size ? "fewer threads" : "one thread"}: need its worker, ` +
        `ag-kernels-worker.js; got ${cause}. Hand startThreads a createWorker that runs ` +
        '"@ag/kernels/worker", or call setNumThreads(1).',
    );
  }
}
