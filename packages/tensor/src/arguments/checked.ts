/** How does a function check its arguments? It stands behind what it takes. */

import { isElsewhere, there } from "../core/creating.ts";
import type { Args, Plain } from "../core/op.ts";
import { aTensor } from "./kinds.ts";
import { check, type Signature, signatureOf, type Takes } from "./signature.ts";

interface Signed {
  readonly name: string;
  readonly takes?: Takes | undefined;
}

export type Call = (...args: Args) => unknown;

export const signed = ({ name, takes }: Signed): Signature | undefined => takes && signatureOf(name, takes);

/** In place the first operand is overwritten: no number can be. */
export const signedInPlace = ({ name, takes }: Signed): Signature | undefined =>
  takes && signatureOf(`${name}_`, { ...takes, [Object.keys(takes)[0]!]: aTensor });

/** `call` behind the check of its arguments. */
export const checked =
  <P extends Args, R>(signature: Signature | undefined, call: (...args: P) => R): ((...args: P) => R) =>
  (...args) => {
    if (signature) check(signature, args);
    return isElsewhere(args) ? there(call, args) : call(...args);
  };

/** A function that is no operation of its own: made of operations, or of other things than tensors. */
/* @__NO_SIDE_EFFECTS__ */
export function defineFunction<F extends (...args: never) => unknown>(described: {
  readonly name: string;
  readonly takes: Takes;
  readonly call: Plain<NoInfer<F>>;
}): F {
  return checked(signed(described), described.call as unknown as Call) as unknown as F;
}
