/**
 * The WebAssembly memory of everything: 16 MiB at the first import, growing up to what the engine allows (at most 4 GiB).
 * Shared between threads where the surroundings allow that: in Node, and in pages that are isolated from other origins.
 */
const INITIAL_PAGES = 256;

const mayShare = typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated !== false;

function createMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = 65536; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared });
    } catch (error) {
      if (maximum <= 2048) throw error;
    }
  }
}

export const memory: WebAssembly.Memory = createMemory(mayShare);

/** Whether workers can use the memory too. */
export const isShared: boolean = mayShare;
