import { room } from "../bytes/host.ts";
import { bad } from "../errors.ts";

/**
 * Unpacks raw deflate data of a known size, by the platform's DecompressionStream.
 * Throws {@link FormatError} when the data are damaged or unpack to another size; stops as soon as they exceed it.
 */
export async function inflate(packed: Uint8Array, size: number, name: string): Promise<Uint8Array> {
  if (typeof DecompressionStream === "undefined")
    throw bad(`DecompressionStream for the deflated entry "${name}"`, "a platform without it");
  const out = room(size, "load", `the deflated entry "${name}"`);
  const source = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let at = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (at + next.value.length > size) throw new RangeError("more bytes than declared");
      out.set(next.value, at);
      at += next.value.length;
    }
    if (at !== size) throw new RangeError(`${at} bytes`);
    return out;
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    const got = error instanceof Error ? error.message : String(error);
    throw bad(`deflated data of ${size} bytes for "${name}"`, `${got}`, error);
  }
}
