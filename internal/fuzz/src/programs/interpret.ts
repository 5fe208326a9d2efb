/** Runs a program here; `internal/goldens/python/programs.py` is its twin. */
import { grad, noGrad } from "@ag/autograd";
import * as ag from "@ag/tensor";
import { type DType, scope, Tensor, tensor } from "@ag/tensor";
import { notOurs } from "../calls/judge.ts";
import type { Program } from "./program.ts";

type Call = (...args: readonly unknown[]) => unknown;

const index = (parts: readonly unknown[]): ag.Index[] =>
  parts.map((part) => (Array.isArray(part) ? ag.slice(...(part as [null, null, number])) : (part as ag.Index)));

const leaf = (dtype: DType, shape: readonly number[], values: readonly number[], requiresGrad: boolean): Tensor =>
  tensor(values, { dtype })
    .reshape([...shape])
    .clone()
    .requiresGrad_(requiresGrad);

const special = {
  leaf,
  at: (x: Tensor, ...parts: unknown[]) => x.at(...index(parts)),
  setAt_: (x: Tensor, value: Tensor | number, ...parts: unknown[]) => x.setAt_(value, ...index(parts)),
  grad: (out: Tensor, x: Tensor, options: object) => grad(out, [x], { ...options, allowUnused: true })[0],
  backward: (x: Tensor, options: ag.BackwardOptions) => x.backward(null, options),
  retainGrad: (x: Tensor) => x.retainGrad(),
} as unknown as Readonly<Record<string, Call>>;

function call(name: string, args: readonly unknown[]): unknown {
  const known = special[name] ?? (ag as unknown as Readonly<Record<string, Call>>)[name];
  if (known) return known(...args);
  const [x, ...rest] = args;
  return (x as Readonly<Record<string, Call>>)[name]!.call(x, ...rest);
}

class Skipped extends Error {}

/** float32 is f32, bool b. */
const shortName = (dtype: DType): string => dtype.replace(/^(.)[a-z]*/, "$1");

/** dtype:shape:flags:node:weighted sum:sum of magnitudes:how many are not finite. */
function word(x: unknown): string {
  if (!(x instanceof Tensor)) return "0";
  const flags = `${x.requiresGrad ? "r" : ""}${x.isLeaf ? "l" : ""}`;
  const node = x.gradFn?.name.replaceAll("Backward", "") ?? "";
  const values = Array.from(x.detach().double().data(), Number);
  let [total, size, odd] = [0, 0, 0];
  values.forEach((value, i) => {
    const term = (value * (((i * 7) % 11) - 5.5)) / 4;
    if (!Number.isFinite(term)) odd++;
    else [total, size] = [total + term, size + Math.abs(term)];
  });
  return `${shortName(x.dtype)}:${x.shape.join()}:${flags}:${node}:${total}:${size}:${odd || ""}`;
}

/** What PyTorch's answer is compared with: a word for each step, and for the gradient of each leaf. Errors must be ours. */
export function answerOf(program: Program): string[] {
  using _ = scope();
  const made: unknown[] = [];
  const refused = new Map<number, string>();
  const decode = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(decode);
    if (typeof x !== "string" || !x.startsWith("$")) return x;
    const value = made[Number(x.slice(1))];
    if (value === undefined || value === null) throw new Skipped();
    return value;
  };
  program.forEach(([name, ...args], step) => {
    try {
      const given = args.map(decode);
      const out = name.startsWith("~") ? noGrad(() => call(name.slice(1), given)) : call(name, given);
      made.push(out);
    } catch (error) {
      made.push(undefined);
      refused.set(step, error instanceof Skipped ? "-" : (notOurs(error) ?? "!"));
    }
  });
  const leaves = made.filter((_, step) => program[step]![0] === "leaf" && program[step]![4] === true) as Tensor[];
  return [...made.map((x, step) => refused.get(step) ?? word(x)), ...leaves.map((x) => word(x.grad))];
}
