/** What the three products of a convolution share: kernels and packers. */
import type { Real } from "../../../dtype.ts";
import type { Exports } from "../../../wasm/assembler/index.ts";
import { once } from "../../../wasm/once.ts";
import { compile } from "../../../wasm/runtime.ts";
import type { Packer } from "../../matmul/engine.ts";
import { packGathered } from "./pack.ts";
import { addPlanes, copyPlanes } from "./planes.ts";

type Planes = Exports<"copy" | "add">;
export const planeKernels: (dtype: Real) => Planes = once((dtype) =>
  compile({ copy: copyPlanes(dtype), add: addPlanes(dtype) }),
);

/** By dtype, then by the width of panels. */
const gatherKernels = once((dtype: Real) => once((width: number) => compile({ run: packGathered(width, dtype) }).run));

/** Where gathered elements lie: `from + near[i] + along[k]`, tables of byte offsets at these addresses. */
export interface Gathered {
  readonly from: number;
  readonly near: number;
  readonly along: number;
}

export function packerOfGathered(dtype: Real, width: number, { from, near, along }: Gathered): Packer {
  const run = gatherKernels(dtype)(width);
  return (first, extent, p, depth, to) => {
    run(extent, depth, from, near + 4 * first, along + 4 * p, to);
  };
}
