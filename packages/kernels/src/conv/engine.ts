/** What the three products of a convolution share: kernels and packers. */
import type { Exports } from "../assembler/index.ts";
import { elementsOf, type Real } from "../matmul/elements.ts";
import type { Packer } from "../matmul/engine.ts";
import { compile } from "../runtime.ts";
import { packGathered } from "./pack.ts";
import { addPlanes, copyPlanes } from "./planes.ts";

type Planes = Exports<"copy" | "add">;
const planes: Partial<Record<Real, Planes>> = {};

export function planeKernels(dtype: Real): Planes {
  let found = planes[dtype];
  if (!found) found = planes[dtype] = compile({ copy: copyPlanes(dtype), add: addPlanes(dtype) });
  return found;
}

const gathers = new Map<number, (...args: number[]) => number>();

function gatherKernel(dtype: Real, width: number): (...args: number[]) => number {
  const key = 8 * width + elementsOf(dtype).size;
  let run = gathers.get(key);
  if (!run) {
    run = compile({ run: packGathered(width, dtype) }).run;
    gathers.set(key, run);
  }
  return run;
}

/** Where gathered elements lie: `from + near[i] + along[k]`, tables of byte offsets at these addresses. */
export interface Gathered {
  readonly from: number;
  readonly near: number;
  readonly along: number;
}

export function packerOfGathered(dtype: Real, width: number, { from, near, along }: Gathered): Packer {
  const run = gatherKernel(dtype, width);
  return (first, extent, p, depth, to) => {
    run(extent, depth, from, near + 4 * first, along + 4 * p, to);
  };
}
