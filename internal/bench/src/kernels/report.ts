/** Our kernels alone, in each mode: time, and operations or bytes in a second. Printed family by family. */
import { linesOf } from "../apart.ts";
import type { Options } from "../options.ts";
import type { Mode } from "../start.ts";
import { heading, quantity, title } from "../text.ts";
import { chosen, families } from "./families.ts";
import type { Kernel } from "./kernel.ts";

export interface Row {
  readonly name: string;
  readonly shape: string;
  readonly work: number;
  readonly rate: string;
  /** Milliseconds in each mode. */
  readonly times: Readonly<Partial<Record<Mode, number>>>;
}

const WIDTH = 28;

const timeText = (ms: number): string => (ms < 0.1 ? quantity(1000 * ms, "us") : quantity(ms, "ms"));

function line({ name, shape, work, rate }: Kernel, times: readonly number[]): string {
  const columns = times.flatMap((time) => [timeText(time), quantity(work / time / 1e6, rate)]);
  return name.padEnd(WIDTH) + title(shape) + columns.join("");
}

function rowsOf(family: string, { threads, modes, only }: Options): readonly Row[] {
  const wanted = chosen(family, only);
  if (wanted.length === 0) return [];
  const times = modes.map((mode) => linesOf("kernels/family.ts", mode, threads, family, only).map(Number));
  return wanted.map((kernel, i) => {
    const own = times.map((all) => all[i]!);
    console.log(line(kernel, own));
    const { name, shape, work, rate } = kernel;
    return { name, shape, work, rate, times: Object.fromEntries(modes.map((mode, j) => [mode, own[j]!])) };
  });
}

export function kernels(options: Options): readonly Row[] {
  console.log("".padEnd(WIDTH) + title("") + options.modes.map((mode) => heading(mode) + heading("")).join(""));
  return Object.keys(families).flatMap((family) => rowsOf(family, options));
}
