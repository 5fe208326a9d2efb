/** How much faster are more threads than one? Ours in the first mode, beside PyTorch's. */
import { availableParallelism } from "node:os";
import { type Measure, measures } from "./measures.ts";
import type { Options } from "./options.ts";
import { medians } from "./rounds.ts";
import { heading, quantity, ratio, title } from "./text.ts";

export interface Scaling {
  readonly name: string;
  readonly unit: string;
  readonly threads: number;
  readonly torch: number;
  readonly ours: number;
}

const scaled: readonly string[] = ["matmul 1024", "training step, 16x3x64x64", "add, 10M"];

/** 1, 2, 4, … and as many as there are cores. */
function counts(): readonly number[] {
  const cores = availableParallelism();
  const powers = Array.from({ length: Math.ceil(Math.log2(cores)) }, (_, i) => 2 ** i);
  return [...powers, cores];
}

function rowsOf(measure: Measure, { modes, rounds }: Options): readonly Scaling[] {
  const contenders = counts().flatMap((threads) =>
    (["PyTorch", modes[0]!] as const).map((side) => ({ side, threads })),
  );
  const figures = medians(measure, contenders, rounds);
  const { name, unit } = measure;
  return counts().map((threads, i) => ({ name, unit, threads, torch: figures[2 * i]!, ours: figures[2 * i + 1]! }));
}

function line({ name, unit, threads, torch, ours }: Scaling, one: Scaling): string {
  const columns = [quantity(torch, unit), ratio(one.torch / torch), quantity(ours, unit), ratio(one.ours / ours)];
  return title(name) + String(threads).padStart(8) + columns.join("");
}

export function scaling(options: Options): readonly Scaling[] {
  const columns = [heading("PyTorch"), "faster".padStart(8), heading(options.modes[0]!), "faster".padStart(8)];
  console.log(title("") + "threads".padStart(8) + columns.join(""));
  const wanted = measures(options.seconds).filter(({ name }) => scaled.includes(name) && name.includes(options.only));
  return wanted.flatMap((measure) => {
    const rows = rowsOf(measure, options);
    for (const row of rows) console.log(line(row, rows[0]!));
    return rows;
  });
}
