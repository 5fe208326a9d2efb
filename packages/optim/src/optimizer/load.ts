import { type Tensor, ValueError } from "@ag/tensor/fn";
import type { ParamGroup } from "./groups.ts";
import { unkeyed } from "./keys.ts";

type SavedState = readonly [param: Tensor, group: number, saved: ReadonlyMap<unknown, unknown>];

interface Loaded<O> {
  readonly groups: readonly ParamGroup<O>[];
  /** Of a parameter, with the number of its group. */
  readonly states: readonly SavedState[];
}

const entryOf = (map: ReadonlyMap<unknown, unknown>, key: string, where: string): unknown => {
  if (!map.has(key))
    throw new ValueError(`loadStateDict: need "${key}" in ${where}; got ${[...map.keys()].join(", ")}.`);
  return map.get(key);
};

function paramsOf(group: unknown): readonly unknown[] {
  const params = group instanceof Map ? entryOf(group, "params", "each parameter group") : undefined;
  if (!Array.isArray(params))
    throw new ValueError("loadStateDict: need parameter groups as Maps with a list of params.");
  return params;
}

/** Which saved number stands for which parameter, of which group. */
function matched(
  saved: readonly unknown[],
  present: readonly { readonly params: readonly Tensor[] }[],
): Map<unknown, readonly [Tensor, number]> {
  if (saved.length !== present.length)
    throw new ValueError(
      `loadStateDict: loaded state dict has a different number of parameter groups: need ${present.length}; got ${saved.length}.`,
    );
  const numbers = new Map<unknown, readonly [Tensor, number]>();
  for (const [i, { params }] of present.entries()) {
    const ids = paramsOf(saved[i]);
    if (ids.length !== params.length)
      throw new ValueError(
        "loadStateDict: loaded state dict contains a parameter group that doesn't match the size of optimizer's group: " +
          `need ${params.length} parameters in group ${i}; got ${ids.length}.`,
      );
    for (const [j, id] of ids.entries()) numbers.set(id, [params[j]!, i]);
  }
  return numbers;
}

/** Reads a state dict against the present groups; nothing is changed. */
export function planLoad<O>(
  from: ReadonlyMap<string, unknown>,
  present: readonly ParamGroup<O>[],
  needed: readonly string[],
): Loaded<O> {
  if (!(from instanceof Map)) throw new ValueError(`loadStateDict: need a Map; got ${typeof from}.`);
  const saved = entryOf(from, "param_groups", "the state dict");
  const state = entryOf(from, "state", "the state dict");
  if (!Array.isArray(saved) || !(state instanceof Map))
    throw new ValueError("loadStateDict: need a list of param_groups and a Map of state.");
  const numbers = matched(saved, present);
  const groups = present.map(({ params, ...options }, i) => {
    const { params: _, ...given } = unkeyed(saved[i] as Map<unknown, unknown>);
    for (const name of needed) // keys that newer versions added keep their present value
      if (!(name in given)) given[name] = (options as Record<string, unknown>)[name];
    return { ...given, params } as unknown as ParamGroup<O>;
  });
  const states = [...state].map(([id, held]): SavedState => {
    const found = numbers.get(id);
    if (found === undefined || !(held instanceof Map))
      throw new ValueError(`loadStateDict: need the state of a parameter by its number; got the key ${String(id)}.`);
    return [...found, held];
  });
  return { groups, states };
}
