/** What is written by mistake where no type stands in the way. */
import { Adam, AdamW, CosineAnnealingLR, CosineAnnealingWarmRestarts, SGD, StepLR } from "@ag/optim";
import { ones, type Tensor, ValueError } from "@ag/tensor";
import { expect, test } from "vitest";
import "@ag/autograd";

const withGradient = (): Tensor => {
  const p = ones([2], { requiresGrad: true });
  p.sum().backward();
  return p;
};

test("options that are set to something else than a number update nothing", () => {
  for (const Rule of [SGD, Adam])
    for (const [name, value] of [
      ["lr", "0.1"],
      ["lr", undefined],
      ["weightDecay", null],
      ["lr", 1n],
    ] as const) {
      const p = withGradient();
      const optimizer = new Rule([p]);
      Object.assign(optimizer.paramGroups[0]!, { [name]: value });
      expect(() => optimizer.step()).toThrow(ValueError);
      expect(p.tolist()).toEqual([1, 1]);
    }
});

test("options are an object", () => {
  for (const Rule of [SGD, Adam, AdamW])
    for (const options of [5, "lr", null, [0.1]])
      expect(() => new Rule([withGradient()], options as never)).toThrow("'options'");
});

test("a group has params", () => {
  const optimizer = new SGD([withGradient()]);
  for (const group of [undefined, null, 5, {}, { params: null }, { params: 5 }, { params: "ab" }, { params: [5] }])
    expect(() => optimizer.addParamGroup(group as never)).toThrow(ValueError);
  expect(optimizer.paramGroups.length).toBe(1);
});

test("a scheduler has an optimizer", () => {
  for (const optimizer of [undefined, null, 5, {}, { paramGroups: 5 }, { paramGroups: [null] }, { paramGroups: [{}] }])
    expect(() => new StepLR(optimizer as never, 2)).toThrow(ValueError);
  expect(() => new StepLR(new StepLR(new SGD([withGradient()]), 2) as never, 2)).toThrow("need an optimizer");
});

test("what cannot be made text is refused as what it is", () => {
  const odd = Object.create(null) as number;
  const optimizer = new SGD([withGradient()], { lr: 1 });
  expect(() => new CosineAnnealingLR(optimizer, odd)).toThrow("as tMax; got object.");
  expect(() => new CosineAnnealingWarmRestarts(optimizer, odd)).toThrow("as t0; got object.");
  expect(() => new Adam([withGradient()], { betas: [0.9, odd] })).toThrow("need a number in [0, 1); got object.");
  const schedule = new CosineAnnealingWarmRestarts(optimizer, 2);
  for (const epoch of [odd, null, "5", Symbol("5")])
    expect(() => schedule.step(epoch as number)).toThrow("need a number >= 0; got ");
  expect(schedule.lastEpoch).toBe(0);
});
