/** Measures in turn, so that a machine that slows down slows all sides. */
import { figure, type Side } from "./apart.ts";
import type { Measure } from "./measures.ts";
import { median } from "./timing.ts";

export interface Contender {
  readonly side: Side;
  readonly threads: number;
}

/** The median over rounds, for each contender. */
export function medians(
  { program, scale, rounds: own }: Measure,
  contenders: readonly Contender[],
  asked: number,
): readonly number[] {
  const rounds = own ?? asked;
  const figures: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, { side, threads }] of contenders.entries()) figures[i]!.push(scale * figure(program, side, threads));
  return figures.map(median);
}
