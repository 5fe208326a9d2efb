import { resnet18 } from "@ag/models/fn";
import { loadSafetensors, safetensorsBytes } from "@ag/serialization/fn";
import { crossEntropy, manualSeed, rand, randint, sum, type Tensor } from "@ag/tensor/fn";
import { expect, test } from "vitest";

test("a step of training and its weights need no method of a tensor", async () => {
  manualSeed(0);
  const model = resnet18({ numClasses: 3 });
  const loss = crossEntropy(model.forward(rand(2, 3, 32, 32)), randint(0, 3, [2]));
  loss.backward();
  expect([...model.parameters()].every((parameter) => parameter.grad !== null)).toBe(true);
  expect(String(model)).toContain("BatchNorm2d(64");

  const weights = await loadSafetensors(safetensorsBytes(model.stateDict()));
  model.loadStateDict(weights);
  const bias = weights.get("fc.bias") as Tensor;
  expect(() => bias.sum()).toThrow('sum: need the methods of tensors; got none attached. Add import "@ag/tensor".');
  expect(sum(bias).item()).toBeTypeOf("number");
});
