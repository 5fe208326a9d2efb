import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Sources need a Node that reads TypeScript; a V8 flag is for a whole process, so each run has its own. */
const readsTypes = Boolean((process.features as { typescript?: unknown }).typescript);
const program = fileURLToPath(new URL("../src/same-bits.ts", import.meta.url));

interface Outcome {
  readonly mlp: string;
  readonly resnet18: string;
  readonly spilled: number;
}

function run(...args: readonly string[]): Outcome {
  const conditions = process.env.AG_DIST ? [] : ["--conditions=@ag/source"];
  const options: ExecFileSyncOptionsWithStringEncoding = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  return JSON.parse(execFileSync(process.execPath, [...conditions, program, ...args], options)) as Outcome;
}

test.skipIf(!readsTypes)(
  "training has the same bits whatever computes: threads, little memory, wide vectors",
  () => {
    const { spilled, ...plain } = run("threads=1");
    expect(spilled).toBe(0);
    for (const args of [
      ["threads=2", "soft=1048576"],
      ["threads=3", "wide"],
      ["threads=5", "soft=1048576", "wide"],
    ]) {
      const { spilled, ...hashes } = run(...args);
      expect(hashes, args.join(" ")).toEqual(plain);
      if (args[1] !== "wide") expect(spilled).toBeGreaterThan(1e7);
    }
  },
  300_000,
); // four programs on a machine that is shared
