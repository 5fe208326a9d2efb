/// <reference lib="esnext.disposable" preserve="true" />
import { ValueError } from "./errors.ts";
import { describeForeign } from "./foreign.ts";
import { beginGuard, endLevel, endWithin, type Level, type Nesting } from "./nesting.ts";
import { place, placeOf } from "./place.ts";
import { type Synchronous, synchronous } from "./synchronous.ts";
import type { Tensor } from "./tensor.ts";

/** A scope that has begun, and what was made since. */
export interface Open extends Level<Open> {
  readonly made: Tensor[];
  /** Whether {@link enter} began it: what others make inside is not its own. */
  readonly isEntered: boolean;
}

const scopes: Nesting<Open> = { current: null, isWatched: false };

/** Called for every new tensor. */
export function track(x: Tensor): void {
  if (scopes.current !== null) scopes.current.made.push(x);
}

/**
 * Exempts a tensor from every scope around; gives its argument.
 *
 * ```ts doctest
 * const seen = [];
 * scope(() => {
 *   seen.push(keep(tensor([1, 2]).mul(2)));
 * });
 * seen[0].tolist() // => [2, 4]
 * ```
 */
export function keep<T extends Tensor>(x: T): T {
  if (!isTensor(x)) throw new ValueError(`keep: need a tensor; got ${typeof x}. ${describeForeign(x) ?? ""}`.trimEnd());
  placeOf(x).isKept = true;
  return x;
}

/** As {@link keep}, where no scope would be asked later than now. */
export function exempt(x: Tensor): void {
  if (scopes.current !== null) placeOf(x).isKept = true;
}

/** Only our tensors have a place: an object with a storage may be anything. */
const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && Object.hasOwn(value, place);

/** What an array, Map, Set or plain object holds. */
function itemsOf(value: unknown): Iterable<unknown> {
  if (typeof value !== "object" || value === null || isTensor(value) || ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return Array.isArray(value) || value instanceof Set ? value : Object.values(value);
}

/** The tensors inside of a result: most scopes give one. */
function within(result: unknown): readonly unknown[] | ReadonlySet<unknown> {
  if (isTensor(result)) return [result];
  const found = new Set([result]); // grows while it is walked
  for (const value of found) for (const item of itemsOf(value)) if (typeof item === "object") found.add(item);
  return found;
}

const level = (isGuard: boolean, isEntered = false): Open => ({
  made: [],
  isEntered,
  outer: scopes.current,
  isGuard,
  isOpen: true,
});

function begin(isEntered: boolean): Open {
  scopes.current = level(false, isEntered);
  return scopes.current;
}

/** Begins a scope of our own, until {@link leave}. */
export const enter = (): Open => begin(true);

/** Gives back what was made in a scope that has ended, but for survivors: these belong to the scope around. */
function giveBack({ made }: Open, survivors: readonly unknown[] | ReadonlySet<unknown>): void {
  const isSurvivor = (x: Tensor): boolean => ("has" in survivors ? survivors.has(x) : survivors.includes(x));
  for (const x of made) {
    if (isSurvivor(x)) track(x);
    else if (!x[place]?.isKept) x.dispose();
  }
}

/** Ends what {@link enter} began. Guards that were left open inside end with it. */
export function leave(scope: Open, survivors: readonly unknown[] | ReadonlySet<unknown>): void {
  endWithin(scopes, scope, ({ made }) => {
    for (const x of made) scope.made.push(x);
  });
  giveBack(scope, survivors);
}

/** Runs `body`, which is a user's, inside of what {@link enter} began: what it makes belongs to the scope around that. */
export function outside<T>(body: () => T): T {
  let entered = scopes.current;
  while (entered !== null && !entered.isEntered) entered = entered.outer;
  if (entered === null) return body();
  const { outer } = entered;
  const handOver = ({ made }: Open): void => {
    for (const x of made) outer?.made.push(x);
  };
  const own = begin(false);
  try {
    return body();
  } finally {
    endWithin(scopes, own, handOver);
    handOver(own);
  }
}

/** Gives back the memory of every tensor made by `body`, except what it returns. */
export function withScope<T>(body: () => T): T {
  const scope = begin(false);
  let survivors: ReturnType<typeof within> = [];
  try {
    const result = body();
    if (scope.made.length > 0 || scopes.current !== scope) survivors = within(result); // results may be large
    return result;
  } finally {
    leave(scope, survivors);
  }
}

/** A scope that ends with its block. */
export interface Scope extends Disposable {
  /** Exempts a tensor from this scope. */
  keep<T extends Tensor>(x: T): T;
}

/**
 * Gives back, at its end, the memory of every tensor made inside: `scope(() => …)` exempts what the callback returns
 * (tensors in arrays, Maps and objects too), `using s = scope()` lasts to the end of the block. One that spans an `await`
 * ends there and gives nothing back: others make tensors while it waits.
 * Parameters, gradients of leaves and what was handed to {@link keep} stay. Nothing ever needs a scope: it only saves
 * memory sooner. Throws {@link ValueError} for a callback that returns a promise or a generator.
 *
 * ```ts doctest
 * const loss = scope(() => {
 *   const difference = tensor([1, 2]).sub(tensor([1, 4])); // given back
 *   return difference.mul(difference).mean(); // stays
 * });
 * loss.item() // => 2
 * ```
 */
export function scope(): Scope;
export function scope<T>(body: () => Synchronous<T>): T;
export function scope<T>(...args: readonly [body?: () => T]): T | Scope {
  if (args.length === 0) return guard();
  const [body] = args;
  if (typeof body !== "function") throw new ValueError(`scope: need a function, or nothing; got ${typeof body}.`);
  return withScope(() => synchronous("scope", body(), ValueError));
}

/** What was made under guards that are open at the next job stays: what others have made meanwhile is among it. */
const lapsed = (guards: readonly Open[]): void => {
  for (const { made } of guards) made.length = 0;
};

function guard(): Scope {
  const open = beginGuard(scopes, level(true), lapsed);
  return {
    keep,
    [Symbol.dispose]: () => {
      if (!open.isOpen) return;
      endLevel(scopes, open);
      giveBack(open, []);
    },
  };
}
