/**
 * A process that runs tests in the copy of the tree that is its argument. It lives for many runs: what vitest has read
 * and transformed stays, but for the file that holds the fault.
 */
import { join } from "node:path";
import { createVitest } from "vitest/node";
import type { Outcome, Run } from "./runner.ts";

const copy = process.argv[2]!;
const vitest = await createVitest("test", {
  root: copy,
  config: join(copy, "vitest.config.ts"),
  project: ["node"],
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [{}],
});
await vitest.standalone();

async function outcomeOf(files: readonly string[]): Promise<Outcome> {
  const specifications = files.flatMap((file) => vitest.getModuleSpecifications(join(copy, file)));
  if (specifications.length !== files.length) return { failed: null, errors: [`no tests in ${files.join(", ")}`] };
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const errors = unhandledErrors.map(String);
  for (const file of files) {
    const module = testModules.find(({ moduleId }) => moduleId === join(copy, file));
    for (const test of module?.children.allTests("failed") ?? [])
      return { failed: `${file}: ${test.fullName}`, errors };
    for (const { message } of module?.errors() ?? []) errors.push(`${file}: ${message}`);
  }
  return { failed: null, errors };
}

let last = "";
process.on("message", ({ files, changed }: Run) => {
  for (const file of [changed, last]) vitest.invalidateFile(join(copy, file));
  last = changed;
  outcomeOf(files).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ failed: null, errors: [String(error)] }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
