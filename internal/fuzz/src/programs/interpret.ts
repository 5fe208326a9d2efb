/** Runs a program here; `internal/goldens/python/programs.py` is its twin. */
import { backward, grad, noGrad } from "@ag/autograd";
import * as ag from "@ag/tensor";
import { type DType, full, scope, Tensor, tensor } from "@ag/tensor";
import { notOurs } from "../calls/judge.ts";
import type { Program } from "./program.ts";
import { kindOf } from "./refusals.ts";

type Call = (...args: readonly unknown[]) => unknown;

const index = (parts: readonly unknown[]): ag.Index[] =>
  parts.map((part) => (Array.isArray(part) ? ag.slice(...(part as [null, null, number])) : (part as ag.Index)));

const leaf = (dtype: DType, shape: readonly number[], values: readonly number[], requiresGrad: boolean): Tensor =>
  tensor(values, { dtype })
    .reshape([...shape])
    .clone()
    .requiresGrad_(requiresGrad);

/** A number stands for a gradient, all of whose elements it is. */
const gradients = (roots: readonly Tensor[], weights: readonly (number | null)[]): (Tensor | null)[] =>
  roots.map(({ shape, dtype }, i) => {
    const weight = weights[i] ?? null;
    return weight === null ? null : full([...shape], weight, { dtype });
  });

interface Hooked {
  registerHook(fn: (g: Tensor | null) => Tensor | null): unknown;
  registerPostAccumulateGradHook(fn: (x: Tensor) => void): unknown;
}

interface GradOptions extends ag.BackwardOptions {
  readonly gradOutputs: readonly (number | null)[];
}

/** Steps that are no operations; what hooks see goes into `log`. */
function specialOf(log: string[]): Readonly<Record<string, Call>> {
  const special = {
    leaf,
    at: (x: Tensor, ...parts: unknown[]) => x.at(...index(parts)),
    setAt_: (x: Tensor, value: Tensor | number, ...parts: unknown[]) => x.setAt_(value, ...index(parts)),
    grad: (outputs: Tensor[], inputs: Tensor[], { gradOutputs, ...options }: GradOptions) =>
      grad(outputs, inputs, { ...options, gradOutputs: gradients(outputs, gradOutputs), allowUnused: true }),
    backward: (roots: Tensor[], weights: (number | null)[], options: ag.BackwardOptions) =>
      backward(roots, gradients(roots, weights), options),
    retainGrad: (x: Tensor) => x.retainGrad(),
    requiresGrad_: (x: Tensor, on: boolean) => x.requiresGrad_(on) && null,
    hook: (x: Tensor & Hooked, change: number) => {
      x.registerHook((g) => {
        log.push(g ? numbersOf(g) : "none");
        return change === 0 || !g ? null : change === 1 ? g.mul(2) : g.add(1);
      });
    },
    postHook: (x: Tensor & Hooked) => {
      x.registerPostAccumulateGradHook(({ grad }) => void log.push(grad ? numbersOf(grad) : "0"));
    },
  };
  return special as unknown as Readonly<Record<string, Call>>;
}

function call(special: Readonly<Record<string, Call>>, name: string, args: readonly unknown[]): unknown {
  const known = special[name] ?? (ag as unknown as Readonly<Record<string, Call>>)[name];
  if (known) return known(...args);
  const [x, ...rest] = args;
  return (x as Readonly<Record<string, Call>>)[name]!.call(x, ...rest);
}

class Skipped extends Error {}

/** float32 is f32, bool b. */
const shortName = (dtype: DType): string => dtype.replace(/^(.)[a-z]*/, "$1");

/** weighted sum:sum of magnitudes:how many are not finite. */
function numbersOf(x: Tensor): string {
  const values = Array.from(x.detach().double().data(), Number);
  let [total, size, odd] = [0, 0, 0];
  values.forEach((value, i) => {
    const term = (value * (((i * 7) % 11) - 5.5)) / 4;
    if (!Number.isFinite(term)) odd++;
    else [total, size] = [total + term, size + Math.abs(term)];
  });
  return `${Number(total.toPrecision(8))}:${Number(size.toPrecision(3))}:${odd || ""}`;
}

/** Not a view of which a write has made the history meaningless. */
function canBeAsked(x: Tensor): boolean {
  try {
    return x.isLeaf || true;
  } catch {
    return false;
  }
}

/** dtype:shape:strides:flags:node:numbers; strides where there is more than one element, `=` for those of such a shape. */
function word(x: unknown): string {
  if (Array.isArray(x)) return x.map(word).join(";");
  if (!(x instanceof Tensor)) return "0";
  if (!canBeAsked(x)) return "?";
  const flags = `${x.requiresGrad ? "r" : ""}${x.isLeaf ? "l" : ""}`;
  const node = x.gradFn?.name.replaceAll("Backward", "") ?? "";
  return `${shortName(x.dtype)}:${x.shape.join()}:${stridesOf(x)}:${flags}:${node}:${numbersOf(x)}`;
}

function stridesOf({ shape, strides }: Tensor): string {
  if (shape.includes(0)) return "=";
  const usual = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
  const relevant = (list: readonly number[]): string => list.filter((_, d) => shape[d] !== 1).join();
  return relevant(strides) === relevant(usual) ? "=" : relevant(strides);
}

const sections = "|";

/** What a step gave, if it was not refused. */
const at = (made: readonly unknown[], path: string): unknown => {
  const [step, part] = path.split(".");
  const value = made[Number(step)];
  return part === undefined ? value : (value as readonly unknown[] | undefined)?.[Number(part)];
};

/** In sections: a word for each step when it is made; what has changed by the end; gradients; what hooks saw. */
export function answerOf(program: Program): string {
  using _ = scope();
  const made: unknown[] = [];
  const words: string[] = [];
  const log: string[] = [];
  const special = specialOf(log);
  const decode = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(decode);
    if (typeof x === "object" && x !== null)
      return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, decode(value)]));
    if (typeof x !== "string" || !x.startsWith("$")) return x;
    const value = at(made, x.slice(1));
    if (value === undefined || value === null) throw new Skipped();
    return value;
  };
  for (const [name, ...args] of program) {
    try {
      const given = args.map(decode);
      const out = name.startsWith("~") ? noGrad(() => call(special, name.slice(1), given)) : call(special, name, given);
      made.push(name.endsWith("_") ? null : out); // what is written is there already
      words.push(word(made.at(-1)));
    } catch (error) {
      made.push(null);
      words.push(refusalOf(error));
    }
  }
  const live = made.flatMap((x, step) =>
    (Array.isArray(x) ? x : [x]).flatMap((one: unknown, part) =>
      one instanceof Tensor ? [[`${step}.${part}`, one] as const] : [],
    ),
  );
  const first = (name: string): string => words[Number(name.split(".")[0])]!.split(";")[Number(name.split(".")[1])]!;
  const changed = live.flatMap(([name, x]) => (word(x) === first(name) ? [] : [`${name}=${word(x)}`]));
  const grads = live.flatMap(([name, x]) => (x.grad ? [`${name}=${word(x.grad)}`] : []));
  return [words, changed, grads, log].map((list) => list.join(" ")).join(sections);
}

const refusalOf = (error: unknown): string => {
  if (error instanceof Skipped) return "-";
  const raw = notOurs(error);
  return raw === null ? kindOf((error as Error).message) : `!!${raw.replaceAll(/[\s|]/g, "_")}`;
};
