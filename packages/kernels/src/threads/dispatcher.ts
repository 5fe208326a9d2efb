/**
 * How do threads share a job? Main publishes one ticket; main and workers take chunks from it until none is left.
 *
 * A chunk is taken by compare-and-swap of the whole ticket, and only after looking whether its kernels are installed in
 * this thread: success proves that the descriptor just read is the current job's (the ticket names the job). A thread
 * that lacks a kernel takes nothing and holds up nobody. Main has every kernel, so a job always ends.
 *
 * A thread that was given up may come late. A finished chunk is counted only if its job is still the current one, and a
 * worker whose place was given to another takes nothing more, and makes no further call. Who takes a chunk says so
 * before: nobody is busy unseen.
 */
import {
  assemble,
  type Builder,
  i32,
  i64,
  type Kernel,
  kernel,
  type Label,
  type Local,
  type Value,
} from "../wasm/assembler/index.ts";
import { signature } from "./job.ts";
import {
  CALLS,
  CLAIM,
  CLAIMED,
  DESCRIPTOR_BYTES,
  DESCRIPTORS,
  DONE,
  EPOCH,
  HOLDER,
  JOINING,
  LIMIT,
  LINE_BYTES,
  PUBLISHED,
  SLEEPERS,
  TICKET,
} from "./layout.ts";

/** Some 50 µs, about as long as waking takes: who waits longer sleeps. More hurts as soon as cores are shared. */
const SPINS = 16_000;
/** Nanoseconds of one wait of main, after which it looks for lost threads. */
const PATIENCE = 100_000_000;

const control = i32.of(0);
const field = (ticket: Local<"i64">, shift: number): Value<"i64"> =>
  i64.and(i64.shiftRightUnsigned(ticket, shift), 0xfffff);

/** A worker: the line of its place, and its number. Main is number 0 in place 0. */
interface Thread {
  readonly line: Local<"i32">;
  readonly holder: Local<"i32">;
}
const isDismissed = ({ line, holder }: Thread): Value<"i32"> => i32.ne(i32.atomicLoad(line, HOLDER), holder);

/** Carries out the calls of a chunk. */
function runCalls(f: Builder, chunk: Value<"i64">, offset: Local<"i32">, thread: Thread): void {
  const entry = f.let(i32.add(i32.mul(i32.wrap(chunk), 8), CALLS));
  const record = f.let(i32.load(entry));
  const end = f.let(i32.load(entry, 4));
  f.loop((next) => {
    f.when(i32.ne(record, end), () => {
      const [job, bytes] = [f.let(i32.load(record)), f.let(i32.load(record, 4))];
      f.when(isDismissed(thread), () => f.return(i32.of(1)));
      f.callIndirect(signature, job, record, offset);
      record.advance(bytes);
      next.jump();
    });
  });
}

/** Counts a chunk of `job` as done, unless the job is over. */
function count(f: Builder, job: Local<"i64">): void {
  f.loop((again) => {
    const done = f.let(i64.atomicLoad(control, DONE));
    f.when(i64.eq(i64.shiftRightUnsigned(done, 20), job), () =>
      again.jumpIf(i64.ne(i64.compareExchange(control, DONE, done, i64.add(done, 1)), done)),
    );
  });
  f.when(i32.atomicLoad(control, JOINING), () => f.drop(i32.notify(control, DONE, 1)));
}

/** Takes chunks until none is left: 0; or 1 when the current job's kernels are not installed, or the worker is dismissed. */
const takeChunks: Kernel = kernel(
  { slot: i32, holder: i32, installed: i32 },
  (f, { slot, holder, installed }) => {
    const line = f.let(i32.mul(slot, LINE_BYTES));
    f.loop((again) => {
      const ticket = f.let(i64.atomicLoad(control, TICKET));
      const chunk = f.let(field(ticket, 0));
      f.when(isDismissed({ line, holder }), () => f.return(i32.of(1)));
      f.when(i64.ge(chunk, field(ticket, 20)), () => f.return(i32.of(0)));
      f.when(i32.ge(slot, i32.atomicLoad(control, LIMIT)), () => f.return(i32.of(0)));
      const job = f.let(i64.shiftRightUnsigned(ticket, 40));
      const descriptor = f.let(i32.add(i32.mul(i32.and(i32.wrap(job), 1), DESCRIPTOR_BYTES), DESCRIPTORS));
      f.when(i32.gtUnsigned(i32.load(descriptor), installed), () => f.return(i32.of(1)));
      const offset = f.let(i32.mul(slot, i32.load(descriptor, 4)));
      f.atomicStore(line, CLAIMED, job);
      f.atomicStore(line, CLAIM, i32.add(i32.wrap(chunk), 1));
      f.when(i64.eq(i64.compareExchange(control, TICKET, ticket, i64.add(ticket, 1)), ticket), () => {
        runCalls(f, chunk, offset, { line, holder });
        count(f, job);
      });
      f.atomicStore(line, CLAIM, i32.of(0));
      again.jump();
    });
    f.return(i32.of(0));
  },
  i32,
);

/** Spins until the condition holds, for a bounded number of turns. */
const spin = (f: Builder, leave: Label, until: () => Value<"i32">): void =>
  f.repeat(SPINS, () => leave.jumpIf(until()));

/** Main: descriptor and calls are written; publishes the job, a number of 24 bits, and takes what chunks it can get. */
const run: Kernel = kernel({ job: i32, chunks: i32, installed: i32 }, (f, { job, chunks, installed }) => {
  const name = f.let(i64.extend(job));
  f.atomicStore(control, DONE, i64.shiftLeft(name, 20));
  f.atomicStore(control, TICKET, i64.or(i64.shiftLeft(name, 40), i64.shiftLeft(i64.extend(chunks), 20)));
  const sleepers = f.let(i32.atomicLoad(control, SLEEPERS));
  f.when(sleepers, () => f.atomicStore(control, SLEEPERS, i32.of(0))); // before the epoch: who says so later, knows it
  f.drop(i32.atomicAdd(control, EPOCH, 1));
  f.when(i32.or(sleepers, i32.atomicLoad(control, SLEEPERS)), () => f.drop(i32.notify(control, EPOCH, -1)));
  f.drop(f.result(takeChunks, 0, 0, installed));
});

/** Main: 1 when every chunk is done; 0 when that takes long. Waits only where it may. */
const join: Kernel = kernel(
  { chunks: i32, mayWait: i32 },
  (f, { chunks, mayWait }) => {
    const done = f.local(i64);
    const isDone = (): Value<"i32"> => {
      done.set(i64.atomicLoad(control, DONE));
      return i32.eq(i32.wrap(field(done, 0)), chunks);
    };
    f.block((joined) => {
      spin(f, joined, isDone);
      f.when(i32.eq(mayWait, 0), () => f.return(i32.of(0)));
      f.atomicStore(control, JOINING, i32.of(1));
      f.loop((again) => {
        joined.jumpIf(isDone());
        again.jumpIf(i32.ne(i32.wait(control, DONE, i32.wrap(done), PATIENCE), 2));
      });
      f.atomicStore(control, JOINING, i32.of(0));
      f.return(i32.of(0));
    });
    f.atomicStore(control, JOINING, i32.of(0));
    f.return(i32.of(1));
  },
  i32,
);

/** Worker: serves jobs until the log holds modules that are not installed here, or its place is another's. */
const serve: Kernel = kernel(
  { slot: i32, holder: i32, installed: i32 },
  (f, { slot, holder, installed }) => {
    f.loop((again) => {
      const epoch = f.let(i32.atomicLoad(control, EPOCH));
      const limit = f.let(i32.atomicLoad(control, LIMIT));
      f.when(i32.ne(i32.atomicLoad(control, PUBLISHED), installed), () => f.return(i32.of(0)));
      f.when(f.result(takeChunks, slot, holder, installed), () => f.return(i32.of(0)));
      f.when(i32.ge(slot, limit), () => {
        f.drop(i32.wait(control, LIMIT, limit));
        again.jump();
      });
      f.block((woken) => {
        spin(f, woken, () => i32.ne(i32.atomicLoad(control, EPOCH), epoch));
        f.atomicStore(control, SLEEPERS, i32.of(1));
        f.drop(i32.wait(control, EPOCH, epoch));
      });
      again.jump();
    });
    f.return(i32.of(0));
  },
  i32,
);

export const dispatcher = (): Uint8Array<ArrayBuffer> => assemble({ run, join, serve }, true);
