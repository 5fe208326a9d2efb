import { limitMemory, type MemoryReport, memoryReport } from "@ag/kernels";
import { aNumber } from "../arguments/kinds.ts";
import { need } from "../arguments/signature.ts";
import { ValueError } from "../core/errors.ts";

/**
 * How much memory tensors hold, and how often blocks were moved out and came back. Tensors of up to 64 bytes live in a
 * place of their own and do not count as bytes.
 *
 * ```ts doctest
 * const before = memory().used;
 * const x = zeros(1000);
 * const held = memory().used - before;
 * x.dispose();
 * held >= 4000 // => true
 * ```
 */
export const memory = (): MemoryReport => memoryReport();

/**
 * `soft`: bytes of tensors above which the ones that were not used for longest are moved out of the WebAssembly memory
 * (parameters in use do not count); they come back on their next use. Unless set it is 128 MiB, and follows what the
 * program needs. `hard`: bytes that the memory never passes; an operation that needs more throws
 * {@link OutOfMemoryError}, which names what is held by the operations that made it. Nothing is lost by that.
 *
 * Throws {@link ValueError} unless both are positive.
 *
 * ```ts doctest
 * setMemoryLimit({ hard: 2 ** 28 }); // 256 MiB
 * zeros(2 ** 27) // => throws "tensor: need 512.0 MiB"
 * setMemoryLimit({ hard: Infinity });
 * ```
 */
export function setMemoryLimit(limits: { readonly soft?: number; readonly hard?: number }): void {
  need("setMemoryLimit", { limits: { "soft?": aNumber, "hard?": aNumber } }, limits);
  for (const [name, bytes] of Object.entries(limits))
    if (bytes !== undefined && !(bytes > 0))
      throw new ValueError(`setMemoryLimit: need a positive number of bytes for ${name}; got ${bytes}.`);
  limitMemory(limits);
}
