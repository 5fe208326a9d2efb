import { tensor } from "../../make/factories.ts";
import { integers, normal, type Sample, samplesFor } from "../../sample.ts";
import { expand } from "../shape/view.ts";
import { embedding, oneHot } from "./embedding.ts";

export const samples: Sample[] = [
  ...samplesFor(embedding, "torch.nn.functional.embedding", [
    {
      name: "plain",
      args: [tensor([2n, 0n, 2n]), normal([3, 4])],
      accuracy: [(m) => [m.below([2000], 50), m.between([50, 64])], (m) => [m.below([20_000], 5), m.between([5, 8])]],
    },
    { name: "matrix", args: [integers([2, 3], 0, 3, "int32"), normal([3, 2])] },
    // too large for gradcheck: the row of the padding gets no gradient, although the result depends on it
    { name: "padding", args: [tensor([2n, 0n, 1n]), normal([3, 30]), { paddingIdx: 0 }] },
    { name: "padding from the end", args: [tensor([2n, 0n, 1n]), normal([3, 30]), { paddingIdx: -1 }] },
    { name: "no padding", args: [tensor([2n, 0n, 1n]), normal([3, 2]), { paddingIdx: null }] },
    { name: "outside", args: [tensor([3n]), normal([3, 2])], throws: "index out of range in self" },
    {
      name: "floating",
      args: [normal([2]), normal([3, 2])],
      throws: "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int",
    },
  ]),
  ...samplesFor(oneHot, "torch.nn.functional.one_hot", [
    { name: "inferred", args: [tensor([1n, 0n, 3n])] },
    { name: "given", args: [integers([2, 3], 0, 4), 5] },
    { name: "one class, no times", args: [expand(tensor([[9n]]), 0, 3), 4] },
    { name: "too few", args: [tensor([1n, 0n]), 1], throws: "Class values must be smaller than num_classes" },
    { name: "negative", args: [tensor([1n, -1n])], throws: "Class values must be non-negative" },
    { name: "floating", args: [normal([2])], throws: "one_hot is only applicable to index tensor of type LongTensor" },
  ]),
];
