/** Runs tests of a copy in a process that can be ended: a fault may make them run for ever. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What the process is asked: files from the root of the copy, and the one that was changed. */
export interface Run {
  readonly files: readonly string[];
  readonly changed: string;
}

export interface Outcome {
  /** The first test that failed. */
  readonly failed?: string;
  /** Of test files that did not load, and outside of tests. */
  readonly errors: readonly string[];
  /** How long each test file took. */
  readonly seconds?: Readonly<Record<string, number>>;
}

const program = fileURLToPath(new URL("worker.ts", import.meta.url));
const running = new Set<number>();
function end(pid: number): void {
  running.delete(pid);
  try {
    process.kill(-pid, "SIGKILL"); // with what it started
  } catch {} // it ended meanwhile
}
process.on("exit", () => running.forEach(end));

export class Runner {
  readonly copy: string;
  #child: ChildProcess | null = null;

  constructor(copy: string) {
    this.copy = copy;
  }

  async #started(): Promise<ChildProcess> {
    if (this.#child) return this.#child;
    const child = fork(program, [this.copy], { cwd: this.copy, detached: true, stdio: "ignore" });
    running.add(child.pid!);
    this.#child = child;
    await once(child, "message");
    return child;
  }

  /** What tests say; a run that ends without an answer, or not within so many seconds, has failed. */
  async run(run: Run, seconds: number): Promise<Outcome> {
    const child = await this.#started();
    const [late, done] = [AbortSignal.timeout(seconds * 1000), new AbortController()];
    const signal = AbortSignal.any([late, done.signal]);
    const answer = once(child, "message", { signal }).then(([outcome]) => outcome as Outcome);
    const ended = once(child, "exit", { signal }).then(() => null);
    child.send(run);
    const outcome = await Promise.race([answer, ended]).catch(() => null);
    done.abort();
    await Promise.allSettled([answer, ended]);
    if (outcome) return outcome;
    end(child.pid!);
    this.#child = null;
    return { failed: `${run.files[0]} …: no answer${late.aborted ? ` within ${seconds} s` : ""}`, errors: [] };
  }
}
