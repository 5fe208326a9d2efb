import { makeCalls } from "./batch.ts";
import type { Failure } from "./run.ts";

/** Failures of one fault differ in what the message quotes. */
const groupOf = ({ kind }: Failure): string =>
  kind
    .replace(/; got .*/, "")
    .replaceAll(/"[^"]*"|'[^']*'/g, "…")
    .replaceAll(/-?\d[\d.,e+n-]*/g, "#")
    .slice(0, 160);

/** A failure, and what makes this call alone. */
export const lineOf = (seed: number, { number, kind, call }: Failure): string =>
  `${call} → ${kind}   pnpm fuzz calls --seed ${seed} --only ${number}`;

/** Prints one line for the first failure of each kind, and how many there are; gives whether there is none. */
export async function fuzzCalls(seed: number, count: number, only: number | null): Promise<boolean> {
  const groups = new Map<string, { readonly first: Failure; count: number }>();
  const onFailure = (failure: Failure): void => {
    const group = groups.get(groupOf(failure));
    if (group) group.count++;
    else {
      groups.set(groupOf(failure), { first: failure, count: 1 });
      console.log(lineOf(seed, failure));
    }
  };
  const [from, to] = only === null ? [0, count] : [only, only + 1];
  const held = await makeCalls({ seed, from, to, onFailure });
  const failed = [...groups.values()].reduce((sum, group) => sum + group.count, 0);
  const most = held.map(([calls, bytes]) => `${(bytes / 2 ** 20).toFixed(0)} MiB after ${calls}`).join(", ");
  console.log(`${to - from} calls: ${failed} failures of ${groups.size} kinds. Held: ${most}.`);
  return failed === 0;
}
