import { GradError, type Tensor } from "@ag/tensor/fn";
import { aFunction, aText, check, type Synchronous, signatureOf } from "@ag/tensor/internal";
import { decided, entered, type Packing } from "./mode.ts";

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
export const savedTensorsHooks: SavedTensorsHooks = /* @__PURE__ */ hooksMode();

function hooksMode(): SavedTensorsHooks {
  const name = "savedTensorsHooks";
  const takes = { pack: aFunction, unpack: aFunction };
  const signatures = [takes, { ...takes, body: aFunction }].map((takes) => signatureOf(name, takes));
  return (<T>(...args: readonly [Packing["pack"], Packing["unpack"], ...(() => T)[]]) => {
    check(signatures[args.length > 2 ? 1 : 0]!, args);
    const [pack, unpack, ...bodies] = args;
    const forbidden = decided("packing");
    if (typeof forbidden === "string") throw new GradError(forbidden);
    return entered(name, { packing: { pack, unpack } }, bodies);
  }) as SavedTensorsHooks;
}

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
export const disableSavedTensorsHooks: WithoutHooks = /* @__PURE__ */ withoutHooks();

function withoutHooks(): WithoutHooks {
  const name = "disableSavedTensorsHooks";
  const signatures = [{ message: aText }, { message: aText, body: aFunction }].map((takes) => signatureOf(name, takes));
  return (<T>(...args: readonly [string, ...(() => T)[]]) => {
    check(signatures[args.length > 1 ? 1 : 0]!, args);
    const [packing, ...bodies] = args;
    return entered(name, { packing }, bodies);
  }) as WithoutHooks;
}
