/** Shapes in the types of networks. The compiler is the test: each line that is expected to fail has to. */
import { type ResNet, ResNet18_Weights, resnet18 } from "@ag/models";
import { Linear } from "@ag/nn";
import { rand, type Shape, type Tensor } from "@ag/tensor";
import { expect, test } from "vitest";
import { is } from "../src/is.ts";

test("a network knows its classes until its head is free", () => {
  const model = resnet18().eval();
  is<[1, 1000]>()(model.forward(rand(1, 3, 32, 32)));
  is<[2, 10]>()(resnet18({ numClasses: 10 }).forward(rand(2, 3, 32, 32)));
  model.fc = new Linear(512, 1000, { bias: false });
  // @ts-expect-error its type knows that there are 1000
  model.fc = new Linear(512, 10);
  const free: ResNet = model;
  free.fc = new Linear(512, 7);
  expect(is<[1, number]>()(free.forward(rand(1, 3, 32, 32))).shape).toEqual([1, 7]);
});

test("weights come with a free head", () => {
  const use = async (): Promise<void> => {
    const model = await resnet18({ weights: ResNet18_Weights.DEFAULT });
    model.fc = new Linear(512, 3);
    is<[1, number]>()(model.forward(rand(1, 3, 32, 32)));
  };
  expect(use).toBeTypeOf("function");
});

test("images have three channels", () => {
  // @ts-expect-error channels 4 and 3 differ
  expect(() => resnet18().forward(rand(1, 4, 32, 32))).toThrow("channels");
  is<Shape>()(
    resnet18()
      .eval()
      .forward(rand(1, 3, 32, 32) as Tensor),
  );
});
