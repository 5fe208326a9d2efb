/**
 * A process that runs tests in the copy of the tree that is its argument. It lives for many runs: what vitest has read
 * and transformed stays, but for the file that holds the fault. The files of one run share what they import, in a worker
 * that ends with the run.
 */
import { join, relative } from "node:path";
import { createVitest, type TestModule, type TestSpecification } from "vitest/node";
import type { Outcome, Run } from "./runner.ts";

const copy = process.argv[2]!;

/** Vitest's own begins with the files that take longest. */
class AsGiven {
  sort(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

const vitest = await createVitest("test", {
  root: copy,
  config: join(copy, "vitest.config.ts"),
  project: ["node"],
  watch: false,
  bail: 1,
  maxWorkers: 1,
  isolate: false,
  sequence: { sequencer: AsGiven },
  reporters: [{}],
});
await vitest.standalone();

const secondsOf = (modules: readonly TestModule[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    modules.map((module) => {
      const { collectDuration, duration } = module.diagnostic();
      return [relative(copy, module.moduleId), (collectDuration + duration) / 1000];
    }),
  );

async function outcomeOf(files: readonly string[]): Promise<Outcome> {
  const specifications = files.flatMap((file) => vitest.getModuleSpecifications(join(copy, file)));
  if (specifications.length !== files.length) return { errors: [`no tests in ${files.join(", ")}`] };
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const errors = unhandledErrors.map(String);
  const seconds = secondsOf(testModules);
  for (const file of files) {
    const module = testModules.find(({ moduleId }) => moduleId === join(copy, file));
    for (const test of module?.children.allTests("failed") ?? [])
      return { failed: `${file}: ${test.fullName}`, errors, seconds };
    for (const { message } of module?.errors() ?? []) errors.push(`${file}: ${message}`);
  }
  return { errors, seconds };
}

let last = "";
process.on("message", ({ files, changed }: Run) => {
  for (const file of [changed, last]) vitest.invalidateFile(join(copy, file));
  last = changed;
  outcomeOf(files).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ errors: [String(error)] }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
