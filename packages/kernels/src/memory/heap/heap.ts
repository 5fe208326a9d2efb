/** The one pool of all tensors' blocks. */
import { HEAP_BASE } from "../../threads/layout.ts";
import { memory } from "./linear.ts";
import { Pool } from "./pool.ts";

export const pool: Pool = new Pool(memory, HEAP_BASE);
