import { copy_, getNumThreads, ones, setNumThreads, startThreads, ValueError, WorkerLostError } from "@ag/tensor";
import { beforeAll, expect, test, vi } from "vitest";

const THREADS = 2;

beforeAll(async () => {
  while ((await startThreads({ threads: THREADS })) < THREADS); // machines are shared
});

/** Runs `work` as if a chunk of it had trapped in another thread: word 96 counts these. */
function losingThread(work: () => unknown): void {
  const { load } = Atomics;
  const loads = vi
    .spyOn(Atomics, "load")
    .mockImplementation(((words: Int32Array, at: number) => (at === 96 ? 1 : load(words, at))) as typeof load);
  expect(work).toThrow(WorkerLostError);
  loads.mockRestore();
}

test("an operation that loses a thread throws, and leaves its inputs as they were", () => {
  const x = ones(1000, 1000);
  losingThread(() => x.add(1));
  expect(x.add(1).sum().item()).toBe(2e6);
});

test("what an operation in place left unfinished is not read", () => {
  const x = ones(1000, 1000);
  const row = x.select(0, 0);
  losingThread(() => x.add_(1));
  for (const use of [() => x.sum(), () => x.tolist(), () => row.add(1), () => copy_(x, ones(1))])
    expect(use).toThrow("tensor is not complete: need a tensor that was written whole");
  x.dispose();
  row.dispose();
});

test("a number of threads that cannot be is a ValueError", async () => {
  expect(getNumThreads()).toBe(THREADS);
  expect(() => setNumThreads(0)).toThrow(ValueError);
  await expect(startThreads({ threads: 1.5 })).rejects.toThrow(
    "setNumThreads: need a whole number from 1 to 64; got 1.5.",
  );
});
