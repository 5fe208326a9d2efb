import { debugMemory } from "@ag/kernels";
import { manualSeed } from "@ag/tensor";
import { samples } from "@ag/tensor/samples";
import { expect, test } from "vitest";
import { runOwn, tensorsIn } from "../src/own-tensors.ts";

const valid = samples
  .filter((sample) => !sample.throws)
  .map((sample) => [`${sample.op}: ${sample.name}`, sample] as const);

/** Every bit that a sample gives: results and gradients. */
function bytesOf(sample: (typeof valid)[number][1]): readonly string[] {
  manualSeed(0);
  const { result, grads } = runOwn(sample, true);
  return [...tensorsIn(result), ...tensorsIn(grads)].map((x) => String(x.detach().rawBytes()));
}

test.each(valid)("the same bits in the ring of tiny blocks, and elsewhere among NaN: %s", (_, sample) => {
  const inRing = bytesOf(sample);
  debugMemory(true);
  try {
    expect(bytesOf(sample)).toEqual(inRing);
  } finally {
    debugMemory(false);
  }
});
