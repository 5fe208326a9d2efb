/** What does an optimizer remember of a parameter, where does it come from, and how does it stand in a state dict? */
import { copy_, keep, Tensor, tensor, ValueError } from "@ag/tensor/fn";
import { filledLike, sameShape, showShape } from "@ag/tensor/internal";
import { snake } from "./keys.ts";
import { shown } from "./options.ts";
import type { Rule } from "./rule.ts";

/** By name: the number of updates, and tensors of the shape and dtype of the parameter. */
export interface ParamState {
  [name: string]: Tensor | number;
}

/** Tensors that have no elements yet: the first update gives them. */
const blank = /* @__PURE__ */ new WeakSet<Tensor>();
export const isBlank = (x: unknown): boolean => blank.has(x as Tensor);
export const written = (x: Tensor): boolean => blank.delete(x);

/** Row-major elements of one value, which live as long as the optimizer. */
function held(param: Tensor, value: number): Tensor {
  const x = keep(filledLike(param, value));
  x.storage.pin();
  return x;
}

/** Elements that are all `value`, or none yet. */
function begun(param: Tensor, value: number | null): Tensor {
  const x = held(param, value ?? 0);
  if (value === null) blank.add(x);
  return x;
}

/** A copy of a loaded tensor as state of a parameter, converted to its dtype. */
function copied(name: string, param: Tensor, saved: unknown): Tensor {
  if (!(saved instanceof Tensor) || !sameShape(saved.shape, param.shape))
    throw new ValueError(
      `loadStateDict: need a tensor of shape ${showShape(param.shape)} as ${name}; ` +
        `got ${saved instanceof Tensor ? `shape ${showShape(saved.shape)}` : typeof saved}.`,
    );
  return copy_(held(param, 0), saved);
}

/** The number of updates in a loaded state: a tensor in PyTorch's files, a number in old ones. */
function countOf(name: string, saved: unknown): number {
  const count = saved instanceof Tensor && saved.numel() === 1 ? saved.item() : saved;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0)
    throw new ValueError(`loadStateDict: need a whole number as ${name}; got ${shown(count)}.`);
  return count;
}

/** Which states there are with these options. */
export const present = <O>({ state }: Rule<O>, options: O): string[] =>
  Object.keys(state).filter((name) => {
    const one = state[name]!;
    return one === "count" || (one.when?.(options) ?? true);
  });

/** Gives a state of these names what it lacks. */
export function complete<O>(
  { state: kinds }: Rule<O>,
  names: readonly string[],
  [options, defaults]: readonly [group: O, optimizer: O],
  param: Tensor,
  state: ParamState,
): void {
  for (const name of names) {
    if (state[name] !== undefined) continue;
    const one = kinds[name]!;
    if (one === "count") state[name] = 0;
    else state[name] = begun(param, typeof one.start === "function" ? one.start(options, defaults) : one.start);
  }
}

/** As it stands in a state dict. */
export const saved = ({ state }: Rule<never>, own: ParamState): Map<string, unknown> =>
  new Map(
    Object.keys(state).flatMap((name): [string, unknown][] => {
      const value = own[name];
      if (value === undefined) return [];
      return [[snake(name), typeof value === "number" ? tensor(value) : isBlank(value) ? null : value]];
    }),
  );

/** From what a state dict holds of a parameter; throws when it does not fit. */
export function loaded<O>(rule: Rule<O>, options: O, param: Tensor, saved: ReadonlyMap<unknown, unknown>): ParamState {
  const needed = new Set(present(rule, options));
  const state: ParamState = {};
  for (const [name, one] of Object.entries(rule.state)) {
    const key = snake(name);
    const value = saved.get(key);
    if (one === "count") state[name] = countOf(key, value);
    else if (one.start === null && (value ?? null) === null) state[name] = begun(param, null);
    else if (value !== undefined || needed.has(name)) state[name] = copied(key, param, value);
  }
  return state;
}
