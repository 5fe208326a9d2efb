import { GradError, type Tensor } from "@ag/tensor/fn";
import { aFunction, aText, type Synchronous } from "@ag/tensor/internal";
import { decided, type Packing, told } from "./mode.ts";

/** {@link savedTensorsHooks}: for a callback, or to the end of a block. */
export interface SavedTensorsHooks {
  <P>(pack: (x: Tensor) => P, unpack: (packed: P) => Tensor): Disposable;
  <P, T>(pack: (x: Tensor) => P, unpack: (packed: P) => Tensor, body: () => Synchronous<T>): T;
}

/**
 * What nodes made inside keep instead of the tensors that they save: what `pack` gives, until `unpack` makes a tensor of it.
 * `pack` runs once, `unpack` in every backward. The tensor that `pack` sees is the one that was used: it must not be
 * changed, and who keeps a part of it keeps its graph too, unless it was detached.
 *
 * Throws what they throw; {@link GradError} for a `pack` that writes to its tensor.
 *
 * ```ts doctest
 * const x = tensor([1, 2], { requiresGrad: true });
 * const y = savedTensorsHooks((x) => x.tolist(), (list) => tensor(list), () => x.pow(2));
 * y.sum().backward();
 * x.grad?.tolist() // => [2, 4]
 * ```
 */
export const savedTensorsHooks: SavedTensorsHooks = /* @__PURE__ */ told(
  "savedTensorsHooks",
  { pack: aFunction, unpack: aFunction },
  (pack: Packing["pack"], unpack: Packing["unpack"]) => {
    const forbidden = decided("packing");
    if (typeof forbidden === "string") throw new GradError(forbidden);
    return { packing: { pack, unpack } };
  },
) as SavedTensorsHooks;

/** {@link disableSavedTensorsHooks}: for a callback, or to the end of a block. */
export interface WithoutHooks {
  (message: string): Disposable;
  <T>(message: string, body: () => Synchronous<T>): T;
}

/**
 * Inside, {@link savedTensorsHooks} throws {@link GradError} with this message, and those around it see nothing.
 *
 * ```ts doctest
 * disableSavedTensorsHooks("not here", () => savedTensorsHooks((x) => x, (x) => x)) // => throws "not here"
 * ```
 */
export const disableSavedTensorsHooks: WithoutHooks = /* @__PURE__ */ told(
  "disableSavedTensorsHooks",
  { message: aText },
  (packing: string) => ({ packing }),
) as WithoutHooks;
