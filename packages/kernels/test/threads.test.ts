import { getNumThreads, setNumThreads, startThreads } from "@ag/kernels";
import { beforeEach, describe, expect, test } from "vitest";
import { i32, kernel, pointer } from "#assembler";
import { isShared } from "#memory/linear";
import { parallel } from "#parallel";
import { beginOperation, compile } from "#runtime";
import { team } from "#threads/threads";
import { Field, MUCH, mixing, randomJobs } from "./jobs.ts";

/** More than most machines have cores. */
const THREADS = 5;
/** Millions by hand. */
const JOBS = Number(globalThis.process?.env?.AG_JOBS ?? 20_000);

test("memory is shared where the tests run", () => {
  expect(isShared).toBe(true);
});

test("jobs are right while workers come up", async () => {
  setNumThreads(THREADS);
  expect(await randomJobs(300, (job) => job % 10 === 0 && new Promise((resolve) => setTimeout(resolve, 1)))).toBe(0);
});

describe("a team", () => {
  beforeEach(async () => {
    while ((await startThreads({ threads: THREADS })) < THREADS); // machines are shared
  });

  test("does random jobs", async () => {
    expect(await randomJobs(JOBS, () => {})).toBe(0);
  });

  test("does random jobs from a thread that may not sleep", async () => {
    const crew = team()!;
    const { mayWait } = crew;
    crew.mayWait = false;
    expect(await randomJobs(JOBS / 10, () => {})).toBe(0);
    crew.mayWait = mayWait;
  });

  test("changes its size", async () => {
    const resize = (job: number, below: (n: number) => number): unknown => {
      if (below(10) === 0) setNumThreads(1 + below(THREADS));
      return job % 256 === 0 && new Promise((resolve) => setTimeout(resolve, 0));
    };
    expect(await randomJobs(JOBS / 4, resize)).toBe(0);
    setNumThreads(1);
    expect(getNumThreads()).toBe(1);
  });

  test("does work in which more calls are made than can be noted", () => {
    const field = new Field(4096);
    const kernels = mixing(5);
    field.run(kernels, { chunks: 4096, calls: 1, n: 1, value: 7, local: false }); // as many chunks as there may be
    field.run(kernels, { chunks: 7, calls: 10_000, n: 3, value: 1, local: true });
    field.run(kernels, { chunks: 2, calls: 60_000, n: 2, value: 1, local: false }); // a chunk alone is too much
    expect(field.wrong(4096)).toBe(0);
    field.release();
  });

  test("does work with kernels that have no place in the log", () => {
    const field = new Field(16);
    const long = kernel({ at: pointer, n: i32, value: i32 }, (f, { at }) => {
      for (let i = 0; i < 250_000; i++) f.store(at, 0, i32.add(i32.load(at), 1)); // more than two million bytes
    });
    const { long: run } = compile({ long });
    beginOperation();
    const at = field.words().byteOffset;
    parallel({ chunks: 8, work: MUCH }, (chunk) => run(at + 4 * chunk, 0, 0));
    expect([...field.words().subarray(0, 9)]).toEqual([...Array<number>(8).fill(250_000), 0]);
    field.release();
  });
});

test.each([0, 65, 1.5, Number.NaN])("setNumThreads refuses %d", (count) => {
  expect(() => setNumThreads(count)).toThrow("setNumThreads: need a whole number from 1 to 64");
});
