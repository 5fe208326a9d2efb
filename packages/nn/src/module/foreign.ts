/** Is a part of this copy of the library? One of another would silently be none: no parameter of it would be found. */
import { Tensor, ValueError } from "@ag/tensor/fn";
import { describeForeign, ONE_COPY } from "@ag/tensor/internal";
import type { Module } from "./module.ts";

/** Whether it is a module by its looks. */
const looksLikeModule = (x: unknown): boolean => typeof (x as Module | null | undefined)?.namedModules === "function";

/** Throws for a field that holds a tensor or a module (which `Class` does not know) of another copy. */
export function needOwn(
  Class: abstract new () => Module,
  owner: Module,
  parts: readonly (readonly [name: string, part: unknown])[],
): void {
  for (const [name, part] of parts) {
    if (part instanceof Class || part instanceof Tensor) continue; // an own tensor without methods throws when asked for one
    const tensors = describeForeign(part);
    if (tensors || looksLikeModule(part))
      throw new ValueError(
        `${owner.constructor.name}: need a part of this copy of @ag/nn in field "${name}"; got one of another: ` +
          (tensors ?? ONE_COPY),
      );
  }
}
