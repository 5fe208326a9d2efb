/** The one memory of all tensors, created at the first import: 16 MiB, growing up to what the engine allows (at most 4 GiB). */
import { Pool } from "./pool.ts";

const PAGE = 65536;
const INITIAL_PAGES = 256;

/** Bytes below the heap: address 0 stays unused, the first page is the control page of threads. */
export const HEAP_BASE: number = PAGE;

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

export const pool: Pool = new Pool(memory, HEAP_BASE);
