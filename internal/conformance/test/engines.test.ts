import { startThreads } from "@ag/tensor";
import { beforeAll, expect, test } from "vitest";
import { trainConvolutional, trainPerceptron } from "../src/training.ts";

beforeAll(() => startThreads());

// Every engine must give these bits. They change with a kernel's order of operations: then run with --update.
test("a perceptron has the same bits in every engine", async () => {
  expect(await trainPerceptron(3)).toMatchInlineSnapshot(
    `"09ce3d979815c0cd3493b5808676632abdc217b6711c122e0c86426f7e9a6d09"`,
  );
});

test("a small convolutional network has the same bits in every engine", async () => {
  expect(await trainConvolutional(2)).toMatchInlineSnapshot(
    `"94878a51f526cdac3585984794aafbb5ff9723e5adf3c3928b803a98d3de570b"`,
  );
});
