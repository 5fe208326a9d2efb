/** Which Python has PyTorch? The one that AG_PYTHON names, or a virtual environment made here at the first run. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TORCH = "2.13.0";

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`python: need ${command} ${args.join(" ")} to succeed; it ended with ${status}.`);
}

/** The path of a Python that can import the wanted torch. */
export function pythonWithTorch(): string {
  if (process.env.AG_PYTHON) return process.env.AG_PYTHON;
  const folder = fileURLToPath(new URL("../.venv/", import.meta.url));
  const python = `${folder}bin/python`;
  const test = `import numpy, safetensors, torch; assert torch.__version__.startswith("${TORCH}")`;
  if (existsSync(python) && spawnSync(python, ["-c", test]).status === 0) return python;
  console.error(`installing PyTorch ${TORCH} in ${folder}`);
  run("python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", `torch==${TORCH}`, "numpy", "safetensors"]);
  return python;
}
