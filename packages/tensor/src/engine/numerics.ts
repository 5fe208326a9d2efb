import { numerics as set } from "@ag/kernels";
import { defineFunction } from "../arguments/checked.ts";
import { oneOf } from "../arguments/kinds.ts";

/**
 * May products round differently on different machines, to be faster? "fast": products and convolutions in float32 may
 * multiply and add in one rounding, where the engine can. "reproducible", as at the start: the same bits everywhere.
 *
 * ```ts doctest
 * numerics("fast");
 * matmul(ones(2, 2), ones(2, 2)).tolist() // => [[2, 2], [2, 2]]
 * numerics("reproducible");
 * ```
 */
export const numerics: (mode: "reproducible" | "fast") => void = /* @__PURE__ */ defineFunction({
  name: "numerics",
  takes: { mode: /* @__PURE__ */ oneOf("reproducible", "fast") },
  call: set,
});
