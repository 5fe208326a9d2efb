import "@ag/tensor";
import { grad } from "@ag/autograd";
import { type Sample, samples } from "@ag/tensor/samples";
import { describe, test } from "vitest";
import { expectNoLeak } from "../src/no-leak.ts";
import { ones, runOwn, tensorsIn } from "../src/own-tensors.ts";

const valid = samples
  .filter((sample) => !sample.throws)
  .map((sample) => [`${sample.op}: ${sample.name}`, sample] as const);

describe("operations leave nothing behind", () => {
  test.each(valid)("%s", (_, sample) => expectNoLeak(() => runOwn(sample, false)));
});

describe("nor do their gradients", () => {
  test.each(valid)("%s", (_, sample) => expectNoLeak(() => runOwn(sample, true)));
});

/** First derivatives, recorded; then those of the results and of the first derivatives, which gives the whole graph back. */
function second(sample: Sample): unknown {
  const held = runOwn(sample, true, true);
  const outputs = tensorsIn([held.result, held.grads]).filter((x) => x.requiresGrad);
  if (outputs.length === 0) return held;
  const gradOutputs = outputs.map(ones);
  const leaves = tensorsIn(held.args).filter((x) => x.isLeaf && x.requiresGrad);
  return [held, gradOutputs, grad(outputs, leaves, { gradOutputs, allowUnused: true })];
}

describe("nor do second ones", () => {
  test.each(valid)("%s", (_, sample) => expectNoLeak(() => second(sample)));
});
