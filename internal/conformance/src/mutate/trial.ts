/** Do tests see a fault? It is planted in a copy of the tree, and tests run there until one fails. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Fault, planted } from "./faults.ts";
import type { Runner } from "./runner.ts";

/** Whether the modules of a package, and this one of them, load: what breaks everything proves nothing of tests. */
function loads(copy: string, file: string): boolean {
  const [, name] = file.split("/");
  const program = `await import("./packages/${name}/src/index.ts"); await import("./${file}");`;
  const args = ["--conditions=@ag/source", "--input-type=module", "-e", program];
  return spawnSync(process.execPath, args, { cwd: copy, timeout: 60_000 }).status === 0;
}

/** Of test files. */
export type Seconds = ReadonlyMap<string, number>;

export interface Verdict {
  readonly fault: Fault;
  readonly result: "caught" | "survived" | "broken";
  /** The test that saw it. */
  readonly by: string;
  readonly seconds: number;
}

/** Machines are shared: some need more than three times as long when others work too. */
const limitOf = (files: readonly string[], usual: Seconds): number =>
  Math.ceil(files.reduce((sum, file) => sum + 3 * (usual.get(file) ?? 0), 60));

/** Plants a fault, tries it and takes it out. `usual`: how long each test file takes without a fault. */
export async function tried(
  runner: Runner,
  fault: Fault,
  stages: readonly (readonly string[])[],
  usual: Seconds,
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
    for (const stage of stages) {
      const files = [...stage].sort((a, b) => (usual.get(a) ?? 0) - (usual.get(b) ?? 0));
      const { failed, errors } = await runner.run({ files, changed: fault.file }, limitOf(files, usual));
      if (failed !== undefined) return verdict("caught", failed);
      if (errors.length > 0) return verdict(loads(runner.copy, fault.file) ? "caught" : "broken", errors[0]);
    }
    return verdict("survived");
  } finally {
    writeFileSync(path, text);
  }
}
