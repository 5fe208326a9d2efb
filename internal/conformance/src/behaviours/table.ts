/** Behaviours: a few lines of ours, and the same in Python. What real PyTorch makes of these is expected of ours. */
import { Tensor, tensor } from "@ag/tensor";

export interface Behaviour {
  /** What it tests: no two are alike. */
  readonly name: string;
  readonly ours: () => unknown;
  /** The body of a function, or why there is none, with the outcome. */
  readonly python: string | OnlyHere;
}

/** What PyTorch cannot express. */
interface OnlyHere {
  readonly outcome: unknown;
}

export const onlyHere = (outcome: unknown): OnlyHere => ({ outcome });

export const row = (name: string, ours: () => unknown, python: string | OnlyHere): Behaviour => ({
  name,
  ours,
  python,
});

type Data = number | readonly Data[];
const make =
  (dtype: "float32" | "float64", requiresGrad: boolean) =>
  (data: Data): Tensor =>
    tensor(data as number[], { dtype, requiresGrad });

export const leaf: (data: Data) => Tensor = make("float32", true);
export const leaf64: (data: Data) => Tensor = make("float64", true);
export const plain: (data: Data) => Tensor = make("float32", false);

/** The name of the node that made a tensor. */
export const nodeName = (x: Tensor): string | null => x.gradFn?.name ?? null;

/** Mistakes of JavaScript, which are never what a user should see. */
const isRaw = (error: unknown): boolean => !(error instanceof Error) || error.constructor === TypeError;

/** The fragment, if the error contains it; the whole error otherwise, and null if there is none. */
export function refused(fragment: string, body: () => unknown): string | null {
  try {
    body();
    return null;
  } catch (error) {
    const isAsWanted = !isRaw(error) && (error as Error).message.includes(fragment);
    return isAsWanted ? fragment : String(error);
  }
}

/** As JSON has it: tensors are their numbers. */
export function outcomeOf(x: unknown): unknown {
  if (x === undefined || x === null) return null;
  if (typeof x === "number") return Number.isFinite(x) ? x : String(x);
  if (x instanceof Tensor) return outcomeOf(x.detach().tolist());
  if (Array.isArray(x)) return x.map(outcomeOf);
  if (typeof x !== "object") return x;
  if ("nextFunctions" in x) return (x as unknown as { name: string }).name;
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, outcomeOf(value)]));
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 + 1e-5 * Math.abs(b);

/** Whether two outcomes are the same, but for rounding. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return isNear(a, b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [ours, theirs] = [Object.entries(a), Object.entries(b)];
  return ours.length === theirs.length && theirs.every(([key, x]) => isSame((a as Record<string, unknown>)[key], x));
}
