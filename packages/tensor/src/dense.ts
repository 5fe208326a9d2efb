/** How do kernels that want row-major operands get them? By copies that nobody records and that vanish after the call. */
import { cpu } from "@ag/kernels";
import { empty } from "./factories.ts";
import type { Tensor } from "./tensor.ts";

/** A row-major copy without history. */
export function denseCopy(x: Tensor): Tensor {
  const copy = empty(x.shape, { dtype: x.dtype });
  cpu.copy(x, copy);
  return copy;
}

/** Calls `use` with the row-major elements of the inputs: themselves, or copies that are given back afterwards. */
export function withDense<const X extends readonly (Tensor | null)[], R>(inputs: X, use: (...dense: X) => R): R {
  const dense = inputs.map((x) => (x === null || x.isContiguous() ? x : denseCopy(x)));
  try {
    return use(...(dense as unknown as X));
  } finally {
    dense.forEach((x, i) => {
      if (x !== inputs[i]) x?.dispose();
    });
  }
}
