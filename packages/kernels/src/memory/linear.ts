/** The WebAssembly memory of everything: 16 MiB at the first import, growing up to what the engine allows (at most 4 GiB). */
const INITIAL_PAGES = 256;

function createMemory(): WebAssembly.Memory {
  for (let maximum = 65536; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum });
    } catch (error) {
      if (maximum <= 2048) throw error;
    }
  }
}

export const memory: WebAssembly.Memory = createMemory();
