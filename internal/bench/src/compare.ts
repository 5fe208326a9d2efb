/** Ours beside PyTorch's: one row for each measure, printed as it comes. */
import type { Side } from "./apart.ts";
import { type Measure, measures } from "./measures.ts";
import type { Options } from "./options.ts";
import { medians } from "./rounds.ts";
import { heading, quantity, ratio, title } from "./text.ts";

export interface Row {
  readonly name: string;
  readonly unit: string;
  /** Of each side, in the unit. */
  readonly figures: Readonly<Partial<Record<Side, number>>>;
}

const threadsText = (threads: number): string => `${threads} thread${threads === 1 ? "" : "s"}`;

function headings({ threads, modes }: Options): string {
  const [first, ...others] = modes;
  const columns = [heading("PyTorch"), heading(first!), "ratio".padStart(8), ...others.map((mode) => mode.padStart(8))];
  return title(threadsText(threads)) + columns.join("");
}

function line({ name, unit }: Measure, [torch, ...ours]: readonly number[]): string {
  const ratios = ours.map((x) => ratio(x / torch!));
  return title(name) + quantity(torch!, unit) + quantity(ours[0]!, unit) + ratios.join("");
}

export function compare(options: Options): readonly Row[] {
  const sides: readonly Side[] = ["PyTorch", ...options.modes];
  const contenders = sides.map((side) => ({ side, threads: options.threads }));
  console.log(headings(options));
  const rows: Row[] = [];
  for (const measure of measures(options.seconds)) {
    if (!measure.name.includes(options.only)) continue;
    const figures = medians(measure, contenders, options.rounds);
    console.log(line(measure, figures));
    const { name, unit } = measure;
    rows.push({ name, unit, figures: Object.fromEntries(sides.map((side, i) => [side, figures[i]!])) });
  }
  return rows;
}
