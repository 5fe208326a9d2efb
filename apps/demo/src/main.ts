/** The tutorial in a terminal: each cell's code, then what it prints. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "@ag/kernels/wide";
import { manualSeed, setNumThreads } from "@ag/tensor";
import { Command, InvalidArgumentError } from "commander";
import colors from "picocolors";
import { runTutorial } from "./tutorial.ts";
import { loadModel } from "./weights.ts";

interface Options {
  readonly weights: string;
  readonly seed: number;
  readonly threads?: number;
  readonly out: string;
  readonly debug: boolean;
}

function wholeNumber(text: string): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(n)) throw new InvalidArgumentError("need a whole number.");
  return n;
}

const program = new Command("demo")
  .description('Runs every cell of "A gentle introduction to torch.autograd" on @ag.')
  .option("--weights <default|none|PATH>", "trained weights from the web, initial ones, or a .pth file", "default")
  .option("--seed <number>", "seed of the random stream", wholeNumber, 0)
  .option("--threads <number>", "how many compute; 1: none but this one (default: as many as cores)", wholeNumber)
  .option("--out <folder>", "where the graph is written", fileURLToPath(new URL("../reports/", import.meta.url)))
  .option("--debug", "show where an error came from", false)
  .showHelpAfterError();

const say = (line: string): void => console.log(line);

async function main({ weights, seed, threads, out }: Options): Promise<void> {
  if (threads !== undefined) setNumThreads(threads);
  manualSeed(seed);
  await runTutorial({
    loadModel: () => loadModel({ weights, seed, say: (line) => say(colors.yellow(line)) }),
    show: ({ number, title }, code) => {
      say(`\n${colors.bold(`${number === null ? "   " : `[${number}]`} ${title}`)}`);
      say(colors.dim(code.replaceAll(/^/gm, "    ")));
    },
    print: say,
    write: (name, text) => {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, name), text);
      say(`wrote ${join(out, name)}`);
    },
    now: () => performance.now(),
  });
}

const options = program.parse(process.argv.filter((arg) => arg !== "--")).opts<Options>();
main(options).catch((error: Error) => {
  console.error(options.debug ? error : `${colors.red("error")}: ${error.message}`);
  process.exitCode = 1;
});
