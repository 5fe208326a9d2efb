/** What does a thread need to know of compiled kernels? Their bytes, and where in the table their jobs stand. */
import type { Type } from "../wasm/assembler/index.ts";

export interface Module {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly jobs: readonly { readonly types: readonly Type[]; readonly run: unknown }[];
  /** Place in the log; −1 before it is published. */
  order: number;
  /** The first of its slots in the table. */
  slot: number;
}
