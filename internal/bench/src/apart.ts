/** A measurement in a process of its own: of ours in one of its modes, or of PyTorch's. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pythonWithTorch } from "@ag/goldens/python";
import type { Mode } from "./start.ts";

export type Side = "PyTorch" | Mode;

/** A program of ours and its twin: they get their arguments after mode (or the folder of resnet.py) and threads. */
export interface Program {
  readonly ours: string;
  readonly torch: string;
  readonly args: () => readonly string[];
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
let python: string | null = null;

/** What a process prints. */
function output(threads: number, [command, ...args]: readonly [string, ...string[]]): string {
  const { stdout, status, signal } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`bench: need ${args.join(" ")} to succeed; it ended with ${status ?? signal}.`);
  return stdout.trimEnd();
}

/** The lines that a program of ours prints. */
export function linesOf(file: string, mode: Mode, ...[threads, ...args]: readonly [number, ...string[]]): string[] {
  const program = [...process.execArgv, pathOf(file), mode, String(threads), ...args];
  return output(threads, [process.execPath, ...program]).split("\n");
}

/** The figure that a program prints in its last line. */
export function figure({ ours, torch, args }: Program, side: Side, threads: number): number {
  if (side !== "PyTorch") return Number(linesOf(ours, side, threads, ...args()).at(-1));
  python ??= pythonWithTorch();
  const lines = output(threads, [python, pathOf(torch), pathOf("../../conformance/"), String(threads), ...args()]);
  return Number(lines.split("\n").at(-1));
}
