/** Which functions are methods, and of what? Of their first argument, unless they say otherwise where they are made. */
import type { Tensor } from "../core/tensor.ts";

/** A function that is no method of tensors, as PyTorch has it. */
export type FunctionOnly<F> = F & { readonly method: null };

/** A function whose method takes its arguments in another order. */
export type MethodOf<F, M> = F & { readonly method: M };

/* @__NO_SIDE_EFFECTS__ */
export function functionOnly<F extends object>(fn: F): FunctionOnly<F> {
  return Object.assign(fn, { method: null });
}

/* @__NO_SIDE_EFFECTS__ */
export function methodOf<F extends object, M extends (x: Tensor, ...rest: never) => unknown>(
  fn: F,
  method: M,
): MethodOf<F, M> {
  return Object.assign(fn, { method });
}
