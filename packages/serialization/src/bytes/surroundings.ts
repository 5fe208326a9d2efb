import { Tensor } from "@ag/tensor/fn";
import { itemSize, markParameter, markRequiresGrad } from "@ag/tensor/internal";
import { bad, FormatError, show } from "../errors.ts";
import type { Surroundings } from "../pth/globals.ts";
import { StorageType } from "../pth/globals.ts";
import { checkFloating, isSize, type StoredBytes, tensorOf } from "../pth/storage.ts";

/** Tensors with their flags; where storages come from is left to the format. */
export const realTensors: Omit<Surroundings, "storage"> = {
  tensor(layout, requiresGrad) {
    const x = tensorOf(layout);
    if (!requiresGrad) return x;
    checkFloating(x);
    return markRequiresGrad(x);
  },
  parameter(x, requiresGrad) {
    if (!(x instanceof Tensor)) throw bad("a tensor for a Parameter", "something else");
    if (requiresGrad) checkFloating(x);
    return markParameter(x, requiresGrad);
  },
};

/** Only the storages are of interest, tensors are left out. */
export const noTensors: Omit<Surroundings, "storage"> = { tensor: () => null, parameter: (x) => x };

/** A persistent id, checked: storage type, key, location (ignored: all is loaded on the CPU), length, and a rest. */
export function storageId(id: readonly unknown[]): { readonly stored: StoredBytes; readonly rest: readonly unknown[] } {
  const [kind, type, key, , length, ...rest] = id;
  if (kind !== "storage") throw bad("ids of storages", `one of ${show(kind)}`);
  if (!(type instanceof StorageType) || typeof key !== "string" || !isSize(length))
    throw bad("a storage's type, key and length", "something else");
  return { stored: { key, dtype: type.dtype, length, bytes: null, first: null }, rest };
}

/** The stored bytes under this key, which every mention must describe alike. */
export function shared(known: Map<string, StoredBytes>, stored: StoredBytes): StoredBytes {
  const before = known.get(stored.key);
  if (before === undefined) {
    known.set(stored.key, stored);
    return stored;
  }
  if (before.dtype !== stored.dtype || before.length !== stored.length)
    throw new FormatError(
      `load: need one description of storage "${stored.key}"; got ${before.dtype} × ${before.length} and ` +
        `${stored.dtype} × ${stored.length}.`,
    );
  return before;
}

/** How many bytes a storage takes. */
export const bytesOf = ({ dtype, length }: StoredBytes): number => length * (dtype === null ? 1 : itemSize(dtype));
