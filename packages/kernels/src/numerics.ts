/** May products round differently on different machines, to be faster? */
import { setFused } from "./cpu/matmul/choice.ts";
import { isFused, PROBE_BYTES } from "./cpu/random/native.ts";
import { beginOperation, scratch } from "./wasm/runtime.ts";

/**
 * "fast": products and convolutions in float32 may multiply and add in one rounding, where the engine can. Results then
 * differ in the last bits between machines. That pays where multiplication and addition share the machine's units, as on
 * Intel's; on AMD's little. "reproducible", as at the start: the same bits everywhere.
 *
 * ```ts doctest
 * numerics("fast");
 * matmul(ones(2, 2), ones(2, 2)).tolist() // => [[2, 2], [2, 2]]
 * numerics("reproducible");
 * ```
 */
export function numerics(mode: "reproducible" | "fast"): void {
  if (mode !== "reproducible" && mode !== "fast")
    throw new TypeError(`numerics: need "reproducible" or "fast"; got ${String(mode)}.`);
  beginOperation();
  setFused(mode === "fast" && isFused(scratch(PROBE_BYTES)));
}
