import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Sources need a Node that reads TypeScript. */
const readsTypes = Boolean((process.features as { typescript?: unknown }).typescript);
const program = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const conditions = process.env.AG_DIST ? [] : ["--conditions=@ag/source"];

const demo = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, [...conditions, program, ...args], { encoding: "utf8" });

test.skipIf(!readsTypes).each([
  ["0", "setNumThreads: need a whole number from 1 to 64; got 0."],
  ["many", "argument 'many' is invalid. need a whole number."],
])("--threads %s is refused", (count, message) => {
  const { status, stderr } = demo("--threads", count);
  expect(stderr).toContain(message);
  expect(status).toBe(1);
});

test.skipIf(!readsTypes)("--help tells of every option", () => {
  expect(demo("--help").stdout).toMatch(/--weights.*--seed.*--threads.*--out.*--debug/s);
});
