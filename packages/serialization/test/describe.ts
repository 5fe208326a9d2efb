import { metadataOf } from "@ag/serialization";
import { Tensor } from "@ag/tensor";
import { isParameter } from "@ag/tensor/internal";

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function describedTensor(x: Tensor, storages: Map<unknown, number>): unknown {
  const place = x.storage.bytes === 0 ? {} : x.storage; // empty storages are never shared
  const storage = storages.get(place) ?? storages.size;
  storages.set(place, storage);
  const { dtype, shape, strides, offset, requiresGrad } = x;
  return {
    dtype,
    shape,
    strides,
    offset,
    storage,
    requiresGrad,
    isParameter: isParameter(x),
    bytes: hex(x.rawBytes()),
  };
}

/** A loaded object as JSON, in the same words as `described` of files.py. */
export function described(x: unknown, storages: Map<unknown, number> = new Map()): unknown {
  const each = (items: Iterable<unknown>): unknown[] => Array.from(items, (item) => described(item, storages));
  if (x instanceof Tensor) return describedTensor(x, storages);
  if (x instanceof Map) {
    const map = Array.from(x, each);
    const metadata = metadataOf(x);
    return metadata === undefined ? { map } : { map, metadata: described(metadata, storages) };
  }
  if (Array.isArray(x)) return { list: each(x) };
  if (x instanceof Set) return { set: each(x) };
  if (x instanceof Uint8Array) return { bytes: hex(x) };
  if (typeof x === "bigint") return { bigint: String(x) };
  return typeof x === "number" && !Number.isFinite(x) ? { number: String(x) } : x;
}
