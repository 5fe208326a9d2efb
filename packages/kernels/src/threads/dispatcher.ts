/**
 * How do threads share a job? Main publishes one ticket; main and workers take chunks from it until none is left.
 *
 * A chunk is taken by compare-and-swap of the whole ticket, and only after looking whether its kernels are installed in
 * this thread: success proves that the descriptor just read is the current job's (the ticket names the job). A thread
 * that lacks a kernel takes nothing and holds up nobody. Main has every kernel, so a job always ends. A finished chunk
 * is counted only if its job is still the current one: a thread that was given up may come late.
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
} from "../assembler/index.ts";
import { signature } from "./job.ts";
import {
  CALLS,
  CLAIMS,
  DESCRIPTOR_BYTES,
  DESCRIPTORS,
  DONE,
  EPOCH,
  JOINING,
  LIMIT,
  PUBLISHED,
  SLEEPERS,
  TICKET,
} from "./layout.ts";

/** More hurts as soon as cores are shared. */
const SPINS = 4000;
/** Nanoseconds of one wait of main, after which it looks for lost threads. */
const PATIENCE = 100_000_000;

const control = i32.of(0);
const field = (ticket: Local<"i64">, shift: number): Value<"i64"> =>
  i64.and(i64.shiftRightUnsigned(ticket, shift), 0xfffff);

/** Carries out the calls of a chunk. */
function runCalls(f: Builder, chunk: Value<"i64">, offset: Local<"i32">): void {
  const entry = f.let(i32.add(i32.mul(i32.wrap(chunk), 8), CALLS));
  const record = f.let(i32.load(entry));
  const end = f.let(i32.load(entry, 4));
  f.loop((next) => {
    f.when(i32.ne(record, end), () => {
      f.callIndirect(signature, i32.load(record), record, offset);
      record.advance(i32.load(record, 4));
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

/** Takes chunks until none is left: 0; or 1 when the current job's kernels are not installed here. */
const takeChunks: Kernel = kernel(
  { slot: i32, installed: i32 },
  (f, { slot, installed }) => {
    f.loop((again) => {
      const ticket = f.let(i64.atomicLoad(control, TICKET));
      const chunk = f.let(field(ticket, 0));
      f.when(i64.ge(chunk, field(ticket, 20)), () => f.return(i32.of(0)));
      f.when(i32.ge(slot, i32.atomicLoad(control, LIMIT)), () => f.return(i32.of(0)));
      const job = f.let(i64.shiftRightUnsigned(ticket, 40));
      const descriptor = f.let(i32.add(i32.mul(i32.and(i32.wrap(job), 1), DESCRIPTOR_BYTES), DESCRIPTORS));
      f.when(i32.gtUnsigned(i32.load(descriptor), installed), () => f.return(i32.of(1)));
      const offset = f.let(i32.mul(slot, i32.load(descriptor, 4)));
      again.jumpIf(i64.ne(i64.compareExchange(control, TICKET, ticket, i64.add(ticket, 1)), ticket));
      const claim = f.let(i32.mul(slot, 64));
      f.atomicStore(claim, CLAIMS, i32.add(i32.wrap(chunk), 1));
      runCalls(f, chunk, offset);
      f.atomicStore(claim, CLAIMS, i32.of(0));
      count(f, job);
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
  f.drop(i32.atomicAdd(control, EPOCH, 1));
  f.when(i32.atomicLoad(control, SLEEPERS), () => f.drop(i32.notify(control, EPOCH, -1)));
  f.drop(f.result(takeChunks, 0, installed));
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

/** Worker: serves jobs until the log holds modules that are not installed here. */
const serve: Kernel = kernel(
  { slot: i32, installed: i32 },
  (f, { slot, installed }) => {
    f.loop((again) => {
      const epoch = f.let(i32.atomicLoad(control, EPOCH));
      f.when(i32.ne(i32.atomicLoad(control, PUBLISHED), installed), () => f.return(i32.of(0)));
      f.when(f.result(takeChunks, slot, installed), () => f.return(i32.of(0)));
      f.block((woken) => {
        spin(f, woken, () => i32.ne(i32.atomicLoad(control, EPOCH), epoch));
        f.drop(i32.atomicAdd(control, SLEEPERS, 1));
        f.drop(i32.wait(control, EPOCH, epoch));
        f.drop(i32.atomicSub(control, SLEEPERS, 1));
      });
      again.jump();
    });
    f.return(i32.of(0));
  },
  i32,
);

export const dispatcher = (): Uint8Array<ArrayBuffer> => assemble({ run, join, serve }, true);
