/** How long does one repetition take? */

export interface Duration {
  /** Milliseconds until the engine has compiled the kernels for speed, about. */
  readonly warmUp: number;
  /** Milliseconds of measuring. */
  readonly run: number;
}

/** What is timed at once lasts this long at least, in milliseconds: far above the clock's steps. */
const LEAST = 0.2;

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function timeOf(step: () => void, repetitions: number): number {
  const before = performance.now();
  for (let i = 0; i < repetitions; i++) step();
  return (performance.now() - before) / repetitions;
}

/** The median time of a step in milliseconds, warm. */
export function medianTime(step: () => void, { warmUp, run }: Duration): number {
  const warm: number[] = [];
  for (const start = performance.now(); warm.length < 3 || performance.now() - start < warmUp; )
    warm.push(timeOf(step, 1));
  const repetitions = Math.ceil(LEAST / median(warm));
  const times: number[] = [];
  for (const start = performance.now(); times.length < 5 || performance.now() - start < run; )
    times.push(timeOf(step, repetitions));
  return median(times);
}
