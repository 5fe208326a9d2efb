/** Do tests see a fault? It is planted in a copy of the tree, and tests run there until one fails. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Fault, planted } from "./faults.ts";
import type { Runner } from "./runner.ts";
import { stagesFor } from "./stages.ts";

/** Whether the modules of a package, and this one of them, load: what breaks everything proves nothing of tests. */
function loads(copy: string, file: string): boolean {
  const [, name] = file.split("/");
  const program = `await import("./packages/${name}/src/index.ts"); await import("./${file}");`;
  const args = ["--conditions=@ag/source", "--input-type=module", "-e", program];
  return spawnSync(process.execPath, args, { cwd: copy, timeout: 60_000 }).status === 0;
}

export interface Verdict {
  readonly fault: Fault;
  readonly result: "caught" | "survived" | "broken";
  /** The test that saw it. */
  readonly by: string;
  readonly seconds: number;
}

/** Plants a fault, tries it and takes it out. `limitOf` is how many seconds tests may take. */
export async function tried(
  runner: Runner,
  fault: Fault,
  limitOf: (files: readonly string[]) => number,
): Promise<Verdict> {
  const [path, start] = [join(runner.copy, fault.file), performance.now()];
  const verdict = (result: Verdict["result"], by = ""): Verdict => ({
    fault,
    result,
    by,
    seconds: (performance.now() - start) / 1000,
  });
  const text = readFileSync(path, "utf8");
  writeFileSync(path, planted(text, fault));
  try {
    for (const files of stagesFor(fault.file)) {
      const { failed, errors } = await runner.run({ files, changed: fault.file }, limitOf(files));
      if (failed !== null) return verdict("caught", failed);
      if (errors.length > 0) return verdict(loads(runner.copy, fault.file) ? "caught" : "broken", errors[0]);
    }
    return verdict("survived");
  } finally {
    writeFileSync(path, text);
  }
}
