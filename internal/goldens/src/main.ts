/**
 * `pnpm goldens [part…]`: PyTorch answers anew, as a whole or in parts. A part is a script of `python/` (`ops`,
 * `kernels/norm`) or a folder of them (`kernels`); what is asked of it may come from here, as JSON on its standard input.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { askedOfAccuracy } from "./accuracy.ts";
import { askedOfBehaviours } from "./behaviours.ts";
import { askedOfLayers } from "./layers.ts";
import { askedOfOps } from "./ops.ts";
import { askedOfOptim } from "./optim.ts";
import { pythonWithTorch } from "./python.ts";

const folder = fileURLToPath(new URL("../python/", import.meta.url));
/** Scripts that know what to ask are not here. */
const asked: Readonly<Record<string, () => unknown>> = {
  accuracy: askedOfAccuracy,
  behaviours: askedOfBehaviours,
  layers: askedOfLayers,
  ops: askedOfOps,
  optim: askedOfOptim,
};

const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".py") && !file.startsWith("shared/"))
  .map((file) => file.replace(/\.py$/, ""))
  .sort();

/** The same bytes again, also on a machine with wider vectors; nothing is left behind. */
const environment = {
  ATEN_CPU_CAPABILITY: "avx2",
  MKL_CBWR: "AVX2",
  ONEDNN_MAX_CPU_ISA: "AVX2",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONHASHSEED: "0",
};

async function run(python: string, script: string): Promise<void> {
  console.log(script);
  const input = JSON.stringify((await asked[script]?.()) ?? null);
  const { status } = spawnSync(python, ["-m", script.replaceAll("/", ".")], {
    cwd: folder,
    env: { ...process.env, ...environment },
    input,
    stdio: ["pipe", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`goldens: need ${script}.py to succeed; it ended with ${status}.`);
}

const wanted = process.argv.slice(2);
const isIn = (script: string, part: string): boolean => script === part || script.startsWith(`${part}/`);
const unknown = wanted.filter((part) => !scripts.some((script) => isIn(script, part)));
if (unknown.length > 0) throw new Error(`goldens: need parts of ${scripts.join(", ")}; got ${unknown.join(", ")}.`);
const python = pythonWithTorch();
for (const script of scripts)
  if (wanted.length === 0 || wanted.some((part) => isIn(script, part))) await run(python, script);
