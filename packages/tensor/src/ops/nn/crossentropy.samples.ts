import type { Tensor } from "../../core/tensor.ts";
import { full, tensor, zeros } from "../../make/factories.ts";
import { between, integers, normal, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { type CrossEntropyOptions, crossEntropy, type NllOptions, nllLoss } from "./crossentropy.ts";

const { x } = shared({ x: normal([3, 5]) });
const classes = tensor([1n, 0n, 4n]);
const weight = tensor([0.5, 1, 2, 0.25, 1.5]);
const weighed = "torch.tensor([0.5, 1, 2, 0.25, 1.5], dtype=x.dtype)";

const none = full([3], -100n);
/** The mean of nothing is NaN, which differences cannot check: too many elements for them. */
const { wide, wideImages, tall } = shared({
  wide: normal([3, 24]),
  wideImages: normal([1, 20, 1, 4]),
  tall: normal([14, 5]),
});
const impossible = tensor([
  [-1, -2],
  [-Infinity, -Infinity],
]);

/** PyTorch refuses weights that want a gradient: they are made in the call. */
const nllWeighed = (x: Tensor, target: Tensor, options: NllOptions = {}): Tensor =>
  nllLoss(x, target, { ...options, weight: weight.to({ dtype: x.dtype, device: x.device }) });
const weightless = (x: Tensor, target: Tensor, options: NllOptions = {}): Tensor => {
  using none = zeros([x.shape[1]!], { dtype: x.dtype, device: x.device });
  return nllLoss(x, target, { ...options, weight: none });
};
const crossWeighed = (x: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor =>
  crossEntropy(x, target, { ...options, weight: weight.to({ dtype: x.dtype, device: x.device }) });

export const samples: Sample[] = [
  ...samplesFor(nllLoss, "torch.nn.functional.nll_loss", [
    {
      name: "mean",
      args: [x, classes],
      accuracy: [
        (m) => [m.between([64, 1000], -10, 0), m.below([64], 1000)],
        (m) => [m.between([8, 21, 32, 32], -10, 1), m.below([8, 32, 32], 21), { weight: m.constant([21], 0.5, 1) }],
      ],
    },
    { name: "sum", args: [x, classes, { reduction: "sum" }] },
    { name: "none", args: [x, classes, { reduction: "none" }] },
    { name: "ignored", args: [x, classes, { ignoreIndex: 0 }] },
    { name: "uint8", args: [x, integers([3], 0, 5, "uint8")] },
    { name: "one row", args: [normal([5]), tensor(2n)] },
    { name: "images", args: [normal([2, 3, 2, 2]), integers([2, 2, 2], 0, 3)] },
    { name: "images, none", args: [normal([2, 3, 2, 2]), integers([2, 2, 2], 0, 3), { reduction: "none" }] },
    { name: "signals", args: [normal([2, 3, 4]), integers([2, 4], 0, 3), { reduction: "none" }] },
    { name: "all ignored", args: [wide, none] },
    { name: "all ignored, sum", args: [x, none, { reduction: "sum" }] },
    { name: "all ignored, none", args: [x, none, { reduction: "none" }] },
    { name: "one ignored of -inf", args: [impossible, tensor([1n, -100n])] },
    { name: "images, all ignored", args: [wideImages, tensor([[[-100n, -100n, -100n, -100n]]])] },
    { name: "outside", args: [x, tensor([1n, 0n, 5n])], throws: "Target 5 is out of bounds." },
    { name: "negative", args: [x, tensor([1n, 0n, -1n])], throws: "Target -1 is out of bounds." },
    { name: "floating", args: [x, normal([3])], throws: "expected target dtype to be Long or Byte, but got Float" },
    {
      name: "int32",
      args: [x, integers([3], 0, 5, "int32")],
      throws: "expected target dtype to be Long or Byte, but got Int",
    },
    {
      name: "batch",
      args: [x, integers([4], 0, 5)],
      throws: "Expected input batch_size (3) to match target batch_size (4).",
    },
    {
      name: "matrix",
      args: [x, integers([3, 1], 0, 5)],
      throws: "0D or 1D target tensor expected, multi-target not supported",
    },
    {
      name: "other image",
      args: [normal([2, 3, 2, 2]), integers([2, 2, 3], 0, 3)],
      throws: "size mismatch (got input: [2, 3, 2, 2] , target: [2, 2, 3]",
    },
  ]),
  ...samplesFor(
    nllWeighed,
    `lambda x, t, **o: torch.nn.functional.nll_loss(x, t, ${weighed}, **o)`,
    [
      { name: "weighed", args: [x, classes] },
      { name: "weighed, none", args: [x, classes, { reduction: "none" }] },
      { name: "weighed, ignored", args: [x, classes, { ignoreIndex: 4 }] },
      { name: "weighed, all ignored", args: [tall, full([14], -100n)] },
    ],
    "nll_loss",
  ),
  ...samplesFor(
    weightless,
    "lambda x, t, **o: torch.nn.functional.nll_loss(x, t, torch.zeros(x.shape[1], dtype=x.dtype), **o)",
    [
      { name: "without weight", args: [wide, integers([3], 0, 24)] },
      { name: "without weight, sum", args: [x, classes, { reduction: "sum" }] },
      { name: "without weight, of -inf", args: [impossible, tensor([0n, 1n]), { reduction: "none" }], isStep: true },
      { name: "without weight, one ignored", args: [wide, tensor([1n, -100n, 2n])] },
    ],
    "nll_loss",
  ),
  ...Object.entries({ nll_loss: nllLoss, cross_entropy: crossEntropy }).flatMap(([name, op]) =>
    samplesFor(
      (x: Tensor, target: Tensor, weight: Tensor) => op(x, target, { weight: weight.detach().requiresGrad_() }),
      `lambda x, target, weight: torch.nn.functional.${name}(x, target, weight.requires_grad_())`,
      [
        {
          name: "weight that requires a gradient",
          args: [x, classes, positive([5])],
          throws: "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'",
        },
        {
          name: "weight that requires a gradient, images",
          args: [normal([2, 3, 2, 2]), integers([2, 2, 2], 0, 3), positive([3])],
          throws: "The function 'nll_loss2d_forward' is not differentiable with respect to argument 'weight'",
        },
      ],
      name,
    ),
  ),
  ...samplesFor(
    (x: Tensor, target: Tensor, weight: Tensor) => crossEntropy(x, target, { weight }),
    "torch.nn.functional.cross_entropy",
    [{ name: "weight that requires a gradient, shares", args: [x, between([3, 5], 0, 1), positive([5])] }],
    "cross_entropy",
  ),
  ...samplesFor(crossEntropy, "torch.nn.functional.cross_entropy", [
    {
      name: "mean",
      args: [x, classes],
      accuracy: [
        (m) => [m.between([64, 1000]), m.below([64], 1000)],
        (m) => [m.between([64, 1000], -10, 10), m.below([64], 1000)],
        (m) => [m.between([64, 1000], -100, 100), m.below([64], 1000)],
        (m) => [
          m.between([64, 1000]),
          m.below([64], 1000),
          { labelSmoothing: 0.1, weight: m.constant([1000], 0.5, 1) },
        ],
        (m) => [m.between([64, 1000]), m.constant([64, 1000], 0, 0.002)],
        (m) => [m.between([8, 21, 32, 32], -5, 5), m.below([8, 32, 32], 21), { reduction: "sum" as const }],
      ],
    },
    { name: "sum", args: [x, classes, { reduction: "sum" }] },
    { name: "none", args: [x, classes, { reduction: "none" }] },
    { name: "ignored", args: [x, classes, { ignoreIndex: 0 }] },
    { name: "all ignored", args: [wide, none] },
    { name: "all ignored, sum", args: [x, none, { reduction: "sum" }] },
    { name: "all ignored, none", args: [x, none, { reduction: "none" }] },
    { name: "all ignored, smoothed", args: [wide, none, { labelSmoothing: 0.1 }] },
    { name: "all ignored, smoothed, sum", args: [x, none, { labelSmoothing: 0.1, reduction: "sum" }] },
    { name: "images, all ignored", args: [wideImages, tensor([[[-100n, -100n, -100n, -100n]]])] },
    { name: "one row", args: [normal([5]), tensor(2n)] },
    { name: "images", args: [normal([2, 3, 2, 2]), integers([2, 2, 2], 0, 3)] },
    { name: "smoothed", args: [x, classes, { labelSmoothing: 0.1 }] },
    { name: "smoothed, sum", args: [x, classes, { labelSmoothing: 0.1, reduction: "sum" }] },
    { name: "smoothed, none, ignored", args: [x, classes, { labelSmoothing: 0.3, reduction: "none", ignoreIndex: 1 }] },
    { name: "shares", args: [x, between([3, 5], 0, 1)] },
    { name: "shares, sum", args: [x, between([3, 5], 0, 1), { reduction: "sum" }] },
    { name: "shares, none", args: [x, between([3, 5], 0, 1), { reduction: "none" }] },
    { name: "shares, smoothed", args: [x, between([3, 5], 0, 1), { labelSmoothing: 0.2 }] },
    { name: "float64", args: [normal([3, 5], "float64"), classes] },
    { name: "outside", args: [x, tensor([1n, 0n, 5n])], throws: "Target 5 is out of bounds." },
    {
      name: "whole shares",
      args: [x, integers([3, 5], 0, 2)],
      throws: "Expected floating point type for target with class probabilities, got Long",
    },
    {
      name: "smoothing",
      args: [x, classes, { labelSmoothing: 1.1 }],
      throws: "label_smoothing must be between 0.0 and 1.0. Got: 1.1",
    },
    {
      name: "batch",
      args: [x, integers([2], 0, 5)],
      throws: "Expected input batch_size (3) to match target batch_size (2).",
    },
  ]),
  ...samplesFor(
    crossWeighed,
    `lambda x, t, **o: torch.nn.functional.cross_entropy(x, t, ${weighed}, **o)`,
    [
      { name: "weighed", args: [x, classes] },
      { name: "weighed, smoothed", args: [x, classes, { labelSmoothing: 0.1 }] },
      { name: "weighed, all ignored", args: [tall, full([14], -100n)] },
      { name: "weighed, all ignored, smoothed", args: [tall, full([14], -100n), { labelSmoothing: 0.1 }] },
      { name: "weighed shares", args: [x, between([3, 5], 0, 1)] },
    ],
    "cross_entropy",
  ),
];
