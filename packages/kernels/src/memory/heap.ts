/** The one pool of all tensors' blocks. */
import { memory } from "./linear.ts";
import { Pool } from "./pool.ts";

/** Bytes below the heap: address 0 stays unused, the first page is the control page of threads. */
const HEAP_BASE = 65536;

export const pool: Pool = new Pool(memory, HEAP_BASE);
