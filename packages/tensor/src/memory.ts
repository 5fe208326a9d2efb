import { type MemoryReport, pool } from "@ag/kernels";
import { ValueError } from "./errors.ts";

/** How much memory tensors hold, and how often blocks were spilled and came back. */
export const memory = (): MemoryReport => pool.report();

/**
 * `soft`: bytes of tensors above which the ones that were not used for longest are moved out of the WebAssembly memory
 * (parameters do not count). `hard`: bytes that memory never passes; beyond, `OutOfMemoryError`.
 */
export function setMemoryLimit(limits: { readonly soft?: number; readonly hard?: number }): void {
  for (const [name, bytes] of Object.entries(limits))
    if (!(bytes > 0))
      throw new ValueError(`setMemoryLimit: need a positive number of bytes for ${name}; got ${bytes}.`);
  pool.setLimit(limits);
}
