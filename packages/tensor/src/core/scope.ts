/// <reference lib="esnext.disposable" preserve="true" />
import { ValueError } from "./errors.ts";
import { place, placeOf } from "./place.ts";
import type { Tensor } from "./tensor.ts";

/** A scope that has begun, and what was made since. */
export interface Open {
  readonly made: Tensor[];
  readonly outer: Open | null;
  isOpen: boolean;
}

let current: Open | null = null;

/** Called for every new tensor. */
export function track(x: Tensor): void {
  if (current !== null) current.made.push(x);
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
  if (!isTensor(x)) throw new ValueError(`keep: need a tensor; got ${typeof x}.`);
  placeOf(x).isKept = true;
  return x;
}

/** As {@link keep}, where no scope would be asked later than now. */
export function exempt(x: Tensor): void {
  if (current !== null) placeOf(x).isKept = true;
}

const isTensor = (value: unknown): boolean => typeof value === "object" && value !== null && "storage" in value;

/** Collects the tensors inside of a value: itself, and in arrays, Maps, Sets and plain objects. */
function tensorsIn(value: unknown, found: Set<unknown>): void {
  if (typeof value !== "object" || value === null || found.has(value)) return;
  found.add(value);
  if (isTensor(value) || ArrayBuffer.isView(value)) return;
  if (value instanceof Map || value instanceof Set || Array.isArray(value))
    for (const item of value instanceof Map ? [...value].flat() : value.values()) tensorsIn(item, found);
  else for (const item of Object.values(value)) tensorsIn(item, found);
}

export function enter(): Open {
  current = { made: [], outer: current, isOpen: true };
  return current;
}

/** Gives back what was made since, but for survivors. Scopes may end in any order: those that have ended collect nothing more. */
export function leave(scope: Open, survivors: readonly unknown[] | ReadonlySet<unknown>): void {
  scope.isOpen = false;
  while (current !== null && !current.isOpen) current = current.outer;
  const isSurvivor = (x: Tensor): boolean => ("has" in survivors ? survivors.has(x) : survivors.includes(x));
  for (const x of scope.made) {
    if (isSurvivor(x)) scope.outer?.made.push(x);
    else if (!x[place]?.isKept) x.dispose();
  }
}

/** The tensors inside of a result: most scopes give one. */
function within(result: unknown): readonly unknown[] | ReadonlySet<unknown> {
  if (isTensor(result)) return [result];
  const found = new Set<unknown>();
  tensorsIn(result, found);
  return found;
}

/** Gives back the memory of every tensor made by `body`, except what it returns. */
export function withScope<T>(body: () => T): T {
  const scope = enter();
  let survivors: ReturnType<typeof within> = [];
  try {
    const result = body();
    if (scope.made.length > 0) survivors = within(result); // results may be large
    return result;
  } finally {
    leave(scope, survivors);
  }
}

/** A callback that goes on after it has returned would use what the scope has given back. */
function synchronous<T>(value: T): T {
  if (value instanceof Promise)
    throw new ValueError(
      "scope: need a synchronous callback; got one that returns a promise. Dispose by hand, or await outside of the scope.",
    );
  return value;
}

/** A scope that ends with its block. */
export interface Scope extends Disposable {
  /** Exempts a tensor from this scope. */
  keep<T extends Tensor>(x: T): T;
}

/**
 * Gives back, at its end, the memory of every tensor made inside: `scope(() => …)` exempts what the callback returns
 * (tensors in arrays, Maps and objects too), `using s = scope()` lasts to the end of the block, or to its first `await`.
 * Parameters, gradients of leaves and what was handed to {@link keep} stay. Nothing ever needs a scope: it only saves
 * memory sooner. Throws {@link ValueError} for a callback that returns a promise.
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
export function scope<T>(body: () => T): T;
export function scope<T>(body?: () => T): T | Scope {
  if (body !== undefined && typeof body !== "function")
    throw new ValueError(`scope: need a function, or nothing; got ${typeof body}.`);
  if (body) return withScope(() => synchronous(body()));
  const open = enter();
  queueMicrotask(() => {
    if (open.isOpen) current = null; // others run now: their tensors are not this block's
  });
  return {
    keep,
    [Symbol.dispose]: () => {
      if (open.isOpen) leave(open, []);
    },
  };
}
