import { check, signatureOf, type Takes } from "./arguments.ts";

/**
 * Throws unless the arguments are what `op` takes, in that order, options last: for what is called seldom, such as the
 * constructor of a layer. What is called often keeps its signature.
 */
export function need(op: string, takes: Takes, ...args: readonly unknown[]): void {
  check(signatureOf(op, takes), args);
}
