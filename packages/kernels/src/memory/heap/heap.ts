/** The one pool of all tensors' blocks. */
import { HEAP_BASE } from "../../threads/layout.ts";
import type { MemoryReport } from "../report.ts";
import { memory } from "./linear.ts";
import { Pool } from "./pool.ts";

export const pool: Pool = new Pool(memory, HEAP_BASE);

/** What it holds, and what was moved out of it so far. */
export const memoryReport = (): MemoryReport => pool.report();

/** Bytes above which the blocks that were not used for longest are moved out, and bytes that the heap never passes. */
export const limitMemory = (limits: { readonly soft?: number; readonly hard?: number }): void => pool.setLimit(limits);
