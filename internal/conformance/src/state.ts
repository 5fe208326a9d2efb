/** State dicts between here and Python: dictionaries are Maps, whose order and kinds of keys count. */
import { fromBytes, Tensor } from "@ag/tensor";
import type { GoldenTensor } from "./goldens.ts";
import { differences } from "./tables.ts";

/** As Python writes one. */
export type Saved =
  | { readonly map: readonly (readonly [string | number, Saved])[] }
  | { readonly list: readonly Saved[] }
  | GoldenTensor
  | { readonly number: string }
  | number
  | string
  | boolean
  | null;

function tensorOf({ bytes, dtype, shape }: GoldenTensor): Tensor {
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((size, n) => size * n, 1));
  return fromBytes(Uint8Array.from(Buffer.from(bytes, "base64")), dtype, shape, strides, 0);
}

/** As PyTorch's file would give it. */
export function restored(x: Saved): unknown {
  if (typeof x !== "object" || x === null) return x;
  if ("map" in x) return new Map(x.map.map(([key, value]) => [key, restored(value)]));
  if ("number" in x) return x.number.endsWith("inf") ? Number(x.number.replace("inf", "Infinity")) : Number.NaN;
  return "list" in x ? x.list.map(restored) : tensorOf(x);
}

/** Where a state of ours is another than one of PyTorch's, as paths; numbers as close as those of tensors. */
export function stateDifferences(ours: unknown, theirs: Saved, path = ""): string[] {
  if (typeof theirs !== "object" || theirs === null) {
    const isEqual =
      typeof theirs === "number" && typeof ours === "number"
        ? Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs)
        : ours === theirs;
    return isEqual ? [] : [`${path}: ${String(ours)} instead of ${theirs}`];
  }
  if ("number" in theirs)
    return Object.is(ours, restored(theirs)) ? [] : [`${path}: ${String(ours)} instead of ${theirs.number}`];
  if ("list" in theirs) {
    if (!Array.isArray(ours) || ours.length !== theirs.list.length)
      return [`${path}: no list of ${theirs.list.length}`];
    return theirs.list.flatMap((value, i) => stateDifferences(ours[i], value, `${path}.${i}`));
  }
  if ("map" in theirs) {
    const keys = theirs.map.map(([key]) => key);
    if (!(ours instanceof Map)) return [`${path}: no Map`];
    if (JSON.stringify([...ours.keys()]) !== JSON.stringify(keys))
      return [`${path}: ${[...ours.keys()].join()} instead of ${keys.join()}`];
    return theirs.map.flatMap(([key, value]) => stateDifferences(ours.get(key), value, `${path}.${key}`));
  }
  return ours instanceof Tensor
    ? differences([ours], [theirs]).map((what) => `${path}: ${what}`)
    : [`${path}: no tensor`];
}
