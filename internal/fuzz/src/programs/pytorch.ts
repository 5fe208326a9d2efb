/** PyTorch's answers to programs, from a process that stays: the Python that AG_PYTHON names, or one that is installed. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pythonWithTorch } from "@ag/goldens/python";
import type { Program } from "./program.ts";
import { refusals } from "./refusals.ts";

const script = fileURLToPath(new URL("../../../goldens/python/programs.py", import.meta.url));

/** The answer to a program that ends the process: PyTorch's own fault. */
export const crashed = "crashed";

interface Running {
  write(text: string): void;
  readonly lines: AsyncIterator<string>;
  end(): void;
}

function start(): Running {
  const { stdin, stdout } = spawn(pythonWithTorch(), [script], { stdio: ["pipe", "pipe", "inherit"] });
  stdin.on("error", () => {}); // it ended with programs unread
  stdin.write(`${JSON.stringify(refusals)}\n`);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return { write: (text) => void stdin.write(text), lines, end: () => void stdin.end() };
}

export class PyTorch {
  #running: Running = start();

  /** An answer to each. */
  async ask(programs: readonly Program[]): Promise<string[]> {
    const answers: string[] = [];
    while (answers.length < programs.length) {
      const rest = programs.slice(answers.length);
      this.#running.write(rest.map((program) => `${JSON.stringify(program)}\n`).join(""));
      await this.#read(rest.length, answers);
    }
    return answers;
  }

  async #read(count: number, answers: string[]): Promise<void> {
    for (let i = 0; i < count; i++) {
      const { value, done } = await this.#running.lines.next();
      answers.push(done ? crashed : (value as string));
      if (!done) continue;
      this.#running = start();
      return;
    }
  }

  end(): void {
    this.#running.end();
  }
}
