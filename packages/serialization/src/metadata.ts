/** A registered symbol, so that packages which do not import this one can read the property. */
const key: unique symbol = Symbol.for("@ag/metadata") as never;

interface WithMetadata {
  [key]?: Map<string, unknown>;
}

/**
 * What a file says about a Map besides its entries: of a state dict its `_metadata` (module path → Map with
 * `version`), of a safetensors file its `__metadata__` (string → string); undefined where there is none.
 */
export function metadataOf(map: ReadonlyMap<unknown, unknown>): Map<string, unknown> | undefined {
  return (map as WithMetadata | null | undefined)?.[key];
}

/** Attaches metadata to a Map, not enumerable. */
export function setMetadata(map: ReadonlyMap<unknown, unknown>, metadata: Map<string, unknown>): void {
  Object.defineProperty(map, key, { value: metadata, configurable: true, writable: true });
}
