/** What was asked for on the command line? */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Mode, modes } from "./start.ts";

export interface Options {
  readonly threads: number;
  readonly modes: readonly Mode[];
  /** Part of the names of what is measured. */
  readonly only: string;
  /** Processes of each side, in turn. */
  readonly rounds: number;
  /** Time that a process measures, after its warm-up. */
  readonly seconds: number;
  /** File for the results. */
  readonly json: string | undefined;
  readonly kernels: boolean;
  readonly scaling: boolean;
}

const USAGE = `pnpm bench [options]

Times of ours beside PyTorch's, as ratios ours / PyTorch: below 1 we are faster.

  --threads N    threads of both sides, 2 unless told
  --modes LIST   wide,narrow,fast unless told; the first is shown with its times
                 wide: import "@ag/kernels/wide"; narrow: 128-bit vectors; fast: wide, and numerics("fast")
  --only TEXT    what has TEXT in its name
  --rounds N     processes of each side, in turn, of which the median is taken; 2 unless told
  --seconds S    time that each process measures after its warm-up, 2 unless told
  --json FILE    writes the results, with machine and date
  --kernels      our kernels alone, with GF/s and GB/s
  --scaling      speed-up with 1, 2, 4, … up to ${availableParallelism()} threads, in the first mode
`;

function number(name: string, text: string, isGood: (x: number) => boolean): number {
  const x = Number(text);
  if (!isGood(x)) throw new RangeError(`bench: need a positive number as --${name}; got ${text}.`);
  return x;
}

function modesIn(text: string): readonly Mode[] {
  return text.split(",").map((name) => {
    const mode = modes.find((mode) => mode === name);
    if (!mode) throw new RangeError(`bench: need --modes among ${modes.join(", ")}; got ${name}.`);
    return mode;
  });
}

const isCount = (x: number): boolean => Number.isInteger(x) && x > 0;

/** Null after `--help`, which is printed. */
export function optionsFrom(args: readonly string[]): Options | null {
  const {
    values: { help, ...values },
  } = parseArgs({
    args: args.filter((arg) => arg !== "--"), // pnpm hands it on
    options: {
      threads: { type: "string", default: "2" },
      modes: { type: "string", default: modes.join() },
      only: { type: "string", default: "" },
      rounds: { type: "string", default: "2" },
      seconds: { type: "string", default: "2" },
      json: { type: "string" },
      kernels: { type: "boolean", default: false },
      scaling: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (help) {
    console.log(USAGE);
    return null;
  }
  return {
    ...values,
    json: values.json,
    threads: number("threads", values.threads, isCount),
    modes: modesIn(values.modes),
    rounds: number("rounds", values.rounds, isCount),
    seconds: number("seconds", values.seconds, (x) => x > 0),
  };
}
