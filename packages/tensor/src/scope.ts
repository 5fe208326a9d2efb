/// <reference lib="esnext.disposable" preserve="true" />
import type { Tensor } from "./tensor.ts";

/** Tensors that were made since the innermost scope began. */
let current: Tensor[] | null = null;

/** Called for every new tensor. */
export function track(x: Tensor): void {
  if (current !== null) current.push(x);
}

/** Exempts tensors from every scope around; gives its argument. */
export function keep<T extends Tensor>(x: T): T {
  x.isKept = true;
  return x;
}

/** Collects the tensors inside of a value: itself, and in arrays, Maps, Sets and plain objects. */
function tensorsIn(value: unknown, found: Set<unknown>): void {
  if (typeof value !== "object" || value === null || found.has(value)) return;
  found.add(value);
  if ("storage" in value) return;
  if (value instanceof Map || value instanceof Set || Array.isArray(value))
    for (const item of value.values()) tensorsIn(item, found);
  else for (const item of Object.values(value)) tensorsIn(item, found);
}

function leave(made: readonly Tensor[], outer: Tensor[] | null, result: unknown): void {
  current = outer;
  const survivors = new Set<unknown>();
  tensorsIn(result, survivors);
  for (const x of made) {
    if (survivors.has(x)) outer?.push(x);
    else if (!x.isKept) x.dispose();
  }
}

/** Gives back the memory of every tensor made by `body`, except what it returns. Used by the engine for each step. */
export function withScope<T>(body: () => T): T {
  const outer = current;
  const made: Tensor[] = [];
  current = made;
  let result: T | undefined;
  try {
    result = body();
    return result;
  } finally {
    leave(made, outer, result);
  }
}

/** A scope that ends with its block. */
export interface Scope extends Disposable {
  /** Exempts a tensor from this scope. */
  keep<T extends Tensor>(x: T): T;
}

/**
 * Gives back, at its end, the memory of every tensor made inside: `scope(() => …)` exempts what the callback returns
 * (tensors in arrays, Maps and objects too), `using s = scope()` lasts to the end of the block. Parameters, gradients
 * of leaves and what was handed to {@link keep} stay. Nothing ever needs a scope: it only saves memory sooner.
 */
export function scope(): Scope;
export function scope<T>(body: () => T): T;
export function scope<T>(body?: () => T): T | Scope {
  if (body) return withScope(body);
  const outer = current;
  const made: Tensor[] = [];
  current = made;
  let isOpen = true;
  return {
    keep,
    [Symbol.dispose]: () => {
      if (isOpen) leave(made, outer, undefined);
      isOpen = false;
    },
  };
}
