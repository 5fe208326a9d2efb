/** Calls in processes of their own: one that ends, or does not answer for four seconds, is known by its call. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { callOf, type Failure } from "./run.ts";

const PATIENCE = 4000; // ms for one call
const CHUNK = 5000; // calls in one process
const child = fileURLToPath(new URL("child.ts", import.meta.url));
const conditions = process.env.AG_DIST ? [] : ["--conditions=@ag/source"];
const flags = [...conditions, "--expose-gc", "--max-old-space-size=1024", "--no-warnings"];

type Child = ChildProcessByStdio<null, Readable, null>;

/** The call that the child makes now; −1 before the first. */
function placeOf(file: string): number {
  const bytes = readFileSync(file, { flag: "a+" });
  return bytes.length < 8 ? -1 : bytes.readDoubleLE(0);
}

/** Ends the child when one call takes too long. Gives how it ended. */
async function watch(started: Child, place: string): Promise<string | null> {
  let [last, since] = [-1, Date.now()];
  let ended: string | null | undefined;
  let isHung = false;
  started.on("exit", (code, signal) => {
    ended = code === 0 ? null : `the process ends with ${signal ?? code}`;
  });
  while (ended === undefined) {
    await sleep(50);
    const now = placeOf(place);
    if (now !== last) [last, since] = [now, Date.now()];
    if (now >= 0 && Date.now() - since > PATIENCE && !isHung) {
      isHung = true;
      started.kill("SIGKILL");
    }
  }
  return isHung ? `no answer in ${PATIENCE / 1000} s` : ended;
}

interface Batch {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly onFailure: (failure: Failure) => void;
}

/** Bytes that JavaScript holds at the end of a process, and how many calls it made. */
export type Held = readonly [calls: number, bytes: number];

/** Makes the calls `from` up to `to`. A hang counts only if it hangs twice: machines are shared. */
export async function makeCalls({ seed, from, to, onFailure }: Batch): Promise<Held[]> {
  const folder = await mkdtemp(join(tmpdir(), "ag-fuzz-"));
  const place = join(folder, "place");
  const held: Held[] = [];
  let doubted = -1;
  for (let next = from; next < to; ) {
    const end = Math.min(to, next + CHUNK);
    const args = [...flags, child, String(seed), String(next), String(end), place];
    const started = spawn(execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    const lines = createInterface({ input: started.stdout });
    const first = next;
    lines.on("line", (line) => {
      const said = JSON.parse(line) as Failure | { held: number };
      if ("held" in said) held.push([end - first, said.held]);
      else onFailure(said);
    });
    const [wrong] = await Promise.all([watch(started, place), new Promise((done) => lines.on("close", done))]);
    const number = placeOf(place);
    const isDoubtful = wrong?.startsWith("no answer") && number !== doubted;
    if (wrong !== null && !isDoubtful) onFailure({ number, kind: wrong, call: callOf(seed, number) });
    if (isDoubtful) doubted = number;
    next = wrong === null ? end : isDoubtful ? number : number + 1;
    await rm(place, { force: true });
  }
  await rm(folder, { recursive: true });
  return held;
}
