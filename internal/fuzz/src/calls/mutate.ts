/** One change to the arguments of a call. */
import { Tensor } from "@ag/tensor";
import type { Random } from "../random.ts";
import { doubtful, edge, outsider, variant } from "./values.ts";

/** What the change put in, so far as the call's answer can be judged by it. */
export interface Change {
  readonly args: readonly unknown[];
  /** No signature allows this: the call must throw. */
  readonly forbidden?: string;
}

interface Changed {
  readonly value: unknown;
  readonly forbidden?: string;
}

const isOptions = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

function foreign(random: Random): Changed {
  const value = outsider(random);
  return { value, forbidden: "a foreign value" };
}

function changedList(list: readonly unknown[], random: Random): Changed {
  if (list.length > 0 && random.chance(0.7)) {
    const at = random.whole(0, list.length);
    const { value, ...rest } = changed(list[at], random);
    return { value: list.with(at, value), ...rest };
  }
  return { value: random.chance(0.5) ? list.slice(1) : [...list, random.chance(0.5) ? edge(random) : list[0]] };
}

/** Another value of an option, one that does not exist, or a name with an error. */
function changedOptions(options: Readonly<Record<string, unknown>>, random: Random): Changed {
  const keys = Object.keys(options);
  const key = random.pick(keys);
  if (keys.length === 0 || random.chance(0.25))
    return { value: { ...options, unknown: 1 }, forbidden: "an unknown option" };
  if (random.chance(0.25)) {
    const { [key]: value, ...others } = options;
    const misspelt = key.length > 2 ? key.slice(0, 1) + key.slice(2) : `${key}s`;
    return { value: { ...others, [misspelt]: value }, forbidden: "a misspelt option" };
  }
  const { value } = changed(options[key], random);
  return { value: { ...options, [key]: value } };
}

function changed(x: unknown, random: Random): Changed {
  if (x instanceof Tensor && random.chance(0.6)) return { value: variant(x, random) };
  if (Array.isArray(x) && random.chance(0.6)) return changedList(x, random);
  if (isOptions(x) && random.chance(0.7)) return changedOptions(x, random);
  if (typeof x === "number" && random.chance(0.6))
    return { value: random.chance(0.7) ? edge(random) : random.whole(-3, 5) };
  const kind = random.unit();
  if (x !== undefined && kind < 0.3) return foreign(random);
  return { value: kind < 0.75 ? doubtful(random) : edge(random) };
}

/**
 * One argument becomes another, is left out, is added or changes places. `receiver`: the first one is what the method is
 * called on, which stays of its kind.
 */
export function mutate(args: readonly unknown[], random: Random, receiver: boolean): Change {
  const first = Number(receiver && !(args[0] instanceof Tensor));
  const how = random.unit();
  if (how < 0.06 && args.length > Number(receiver)) return { args: args.slice(0, -1) };
  if (how < 0.12) return { args: [...args, random.chance(0.5) ? { unknown: 1 } : doubtful(random)] };
  if (how < 0.16 && args.length - Number(receiver) >= 2) {
    const at = random.whole(Number(receiver), args.length - 1);
    return { args: args.with(at, args[at + 1]).with(at + 1, args[at]) };
  }
  if (first >= args.length) return { args: [...args, edge(random)] };
  const at = random.whole(first, args.length);
  if (receiver && at === 0) return { args: args.with(0, variant(args[0] as Tensor, random)) };
  const { value, forbidden } = changed(args[at], random);
  return { args: args.with(at, value), ...(forbidden ? { forbidden } : {}) };
}
