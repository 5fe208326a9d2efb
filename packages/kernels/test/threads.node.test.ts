import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { startThreads, WorkerLostError } from "@ag/kernels";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { i32, kernel, pointer } from "#assembler";
import { parallel } from "#parallel";
import { beginOperation, compile } from "#runtime";
import { LOCAL } from "#threads/recorder";
import type { Team } from "#threads/team";
import { team } from "#threads/threads";
import { Field, MUCH, mixing, randomJobs } from "./jobs.ts";

const THREADS = 3;
/** The handle is what a user has who makes the workers: here it ends them in the midst. */
const workers: Worker[] = [];
const createWorker = (): Worker => {
  const worker = new Worker(new URL(import.meta.resolve("@ag/kernels/worker")));
  workers.push(worker);
  return worker;
};

let crew: Team;
let field: Field;
const kernels = mixing(3);

beforeAll(async () => {
  await startThreads({ threads: 1, createWorker });
  while ((await startThreads({ threads: THREADS })) < THREADS); // machines are shared
  crew = team()!;
  field = new Field(1024);
});

/** Nobody is missing, and a job is right. */
async function expectWhole(): Promise<void> {
  field.run(kernels, { chunks: 16, calls: 2, n: 64, value: 5, local: true }); // asks for those who are missing
  expect(field.wrong(1024)).toBe(0);
  while ((await startThreads()) < THREADS); // machines are shared
  expect(await randomJobs(100, () => {})).toBe(0);
}

test("workers that end while they wait are replaced, and nobody misses them", async () => {
  for (let round = 0; round < 20; round++) {
    const [victim] = workers.splice(round % 2, 1);
    const ended = victim!.terminate();
    field.run(kernels, { chunks: 16, calls: 2, n: 64, value: 1, local: false });
    expect(field.wrong(1024)).toBe(0);
    await ended;
    await expectWhole();
  }
});

/** A job with a chunk that traps, or lasts for ever, in `where`; chunks elsewhere last until that one has begun. */
function jobThat(fails: "traps" | "hangs", where: "main" | "worker"): () => void {
  const { run } = compile({
    run: kernel({ local: pointer, main: pointer, begun: pointer }, (f, { local, main, begun }) => {
      f.when(where === "main" ? i32.eq(local, main) : i32.ne(local, main), () => {
        f.atomicStore(begun, 0, i32.of(1));
        if (fails === "traps") f.drop(i32.load(i32.of(-4)));
        f.loop((again) => again.jump());
      });
      f.loop((again) => again.jumpIf(i32.eq(i32.atomicLoad(begun, 0), 0)));
    }),
  });
  return () => {
    beginOperation();
    const begun = field.words();
    begun[0] = 0;
    const at = begun.byteOffset;
    parallel({ chunks: THREADS, work: MUCH, local: 64 }, (_, local) => run(local, local - LOCAL, at));
  };
}

describe("a thread that is lost in the midst of an operation", () => {
  const rounds = Number(process.env.AG_ROUNDS ?? 2);
  const patience = Number(process.env.AG_PATIENCE ?? 200);

  beforeEach(() => {
    crew.patience = patience;
    return () => {
      vi.restoreAllMocks();
      crew.patience = 4000;
      field.release();
      field = new Field(1024);
    };
  });

  test.each(["main sleeps", "main may not sleep"])("makes it throw when it hangs, %s", async (how) => {
    const hang = jobThat("hangs", "worker");
    for (let round = 0; round < rounds; round++) {
      crew.mayWait = how === "main sleeps";
      expect(hang).toThrow(WorkerLostError);
      field = new Field(1024);
      await expectWhole();
    }
    crew.mayWait = true;
  });

  test("makes it throw when it ends", async () => {
    const hang = jobThat("hangs", "worker");
    for (let round = 0; round < rounds; round++) {
      // asked for just before main sleeps: then the worker is in its chunk
      vi.spyOn(crew, "mayWait", "get").mockImplementation(() => {
        for (const worker of workers.splice(0)) void worker.terminate();
        return true;
      });
      expect(hang).toThrow("is not complete");
      vi.restoreAllMocks();
      field = new Field(1024);
      await expectWhole();
    }
  });

  test("makes it throw at once when its kernel traps", async () => {
    crew.patience = 60_000;
    const trap = jobThat("traps", "worker");
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      expect(trap).toThrow("its kernel trapped");
      expect(performance.now() - start).toBeLessThan(crew.patience / 2);
      field = new Field(1024);
      await expectWhole();
    }
  });
});

test("a kernel that traps in main leaves the team as it was", async () => {
  expect(jobThat("traps", "main")).toThrow(WebAssembly.RuntimeError);
  field = new Field(1024);
  await expectWhole();
});

describe("without shared memory", () => {
  test.each([
    ["SharedArrayBuffer", undefined],
    ["crossOriginIsolated", false],
  ])("(%s is %s) one thread computes", async (name, value) => {
    vi.stubGlobal(name, value);
    vi.resetModules();
    const alone = await import("@ag/kernels");
    expect(await alone.startThreads()).toBe(1);
    expect(() => alone.setNumThreads(2)).toThrow(
      "setNumThreads: need shared memory for 2 threads; got none. Serve the page",
    );
    const { randomJobs } = await import("./jobs.ts");
    expect(await randomJobs(20, () => {})).toBe(0);
    vi.unstubAllGlobals();
    vi.resetModules();
  });
});

/** What a program prints that uses the library. */
async function printed(program: string): Promise<string> {
  const conditions = process.env.AG_DIST ? [] : ["--conditions=@ag/source"];
  const imports = `import { allocate, cpu, startThreads } from ${JSON.stringify(import.meta.resolve("@ag/kernels"))};`;
  const args = [...conditions, "--input-type=module", "--eval", imports + program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    timeout: 30_000,
  });
  return stdout;
}

test("nothing keeps a program alive that used threads", async () => {
  const program = `
    console.log(await startThreads({ threads: 3 }));
    const x = { storage: allocate(4 << 20, "x"), offset: 0, sizes: [1 << 20], strides: [1], dtype: "float32" };
    for (let i = 0; i < 10; i++) cpu.fill(x, i);
    process.on("exit", () => console.log("ends"));
  `;
  expect(await printed(program)).toBe("3\nends\n");
});

test("a program that has threads already gets more of its own making", async () => {
  const program = `
    import { Worker } from "node:worker_threads";
    const url = new URL(${JSON.stringify(import.meta.resolve("@ag/kernels/worker"))});
    const createWorker = () => new Worker(url, { execArgv: [] }); // not the flags of this program
    console.log(await startThreads({ threads: 2 }), await startThreads({ threads: 4, createWorker }));
  `;
  expect(await printed(program)).toBe("2 4\n");
});
