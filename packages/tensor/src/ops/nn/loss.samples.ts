import type { Tensor } from "../../core/tensor.ts";
import { tensor } from "../../make/factories.ts";
import { between, integers, normal, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from "./binary-loss.ts";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./loss.ts";

const { x, y } = shared({ x: normal([3, 4]), y: normal([3, 4]) });
const [positive4, half4] = [tensor([1, 2, 0.5, 0.25]), tensor([0.5, 1.5, 2.5, 3.5])];
const { shares } = shared({ shares: between([3, 4], 0.1, 0.9) });
const [none, sum] = [{ reduction: "none" }, { reduction: "sum" }] as const;

export const samples: Sample[] = [
  ...samplesFor(mseLoss, "torch.nn.functional.mse_loss", [
    {
      name: "mean",
      args: [x, y],
      accuracy: [
        (m) => [m.between([64, 1000]), m.between([64, 1000])],
        (m) => [m.between([64, 1000]), m.between([64, 1000]), none],
        (m) => [m.between([64, 1000]), m.between([64, 1000]), sum],
      ],
    },
    { name: "sum", args: [x, y, { reduction: "sum" }] },
    { name: "none", args: [x, y, { reduction: "none" }] },
    { name: "transposed", args: [x, t(normal([4, 3]))] },
    { name: "broadcast", args: [normal([3]), normal([2, 3])] },
    { name: "whole target", args: [x, integers([3, 4], 0, 9)] },
    { name: "dtypes meet", args: [x, normal([3, 4], "float64")] },
    {
      name: "other reduction",
      args: [x, y, { reduction: "all" as "sum" }],
      throws: "all is not a valid value for reduction",
    },
    {
      name: "sizes",
      args: [normal([3]), normal([2])],
      throws: "must match the size of tensor b (2) at non-singleton dimension 0",
    },
  ]),
  ...samplesFor(l1Loss, "torch.nn.functional.l1_loss", [
    { name: "mean", args: [x, y], accuracy: [(m) => [m.between([64, 1000]), m.between([64, 1000])]] },
    { name: "sum", args: [x, y, { reduction: "sum" }] },
    { name: "none", args: [x, y, { reduction: "none" }] },
  ]),
  ...samplesFor(smoothL1Loss, "torch.nn.functional.smooth_l1_loss", [
    {
      name: "mean",
      args: [x, y],
      accuracy: [
        (m) => [m.between([64, 1000]), m.between([64, 1000])],
        (m) => [m.between([64, 1000]), m.between([64, 1000]), none],
        (m) => [m.between([64, 1000]), m.between([64, 1000]), { beta: 0.3 }],
      ],
    },
    { name: "sum", args: [x, y, { reduction: "sum", beta: 0.5 }] },
    { name: "none", args: [x, y, { reduction: "none", beta: 2 }] },
    { name: "no beta", args: [x, y, { beta: 0 }] },
    {
      name: "negative beta",
      args: [x, y, { beta: -1 }],
      throws: "smooth_l1_loss does not support negative values for beta",
    },
  ]),
  ...samplesFor(huberLoss, "torch.nn.functional.huber_loss", [
    {
      name: "mean",
      args: [x, y],
      accuracy: [
        (m) => [m.between([64, 1000]), m.between([64, 1000])],
        (m) => [m.between([64, 1000]), m.between([64, 1000]), none],
        (m) => [m.between([64, 1000]), m.between([64, 1000]), { delta: 0.3 }],
      ],
    },
    { name: "sum", args: [x, y, { reduction: "sum", delta: 0.5 }] },
    { name: "none", args: [x, y, { reduction: "none", delta: 2 }] },
    {
      name: "delta of 0",
      args: [x, y, { delta: 0 }],
      throws: "huber_loss does not support non-positive values for delta",
    },
  ]),
  ...samplesFor(binaryCrossEntropyWithLogits, "torch.nn.functional.binary_cross_entropy_with_logits", [
    {
      name: "mean",
      args: [x, shares],
      accuracy: [
        (m) => [m.between([64, 1000], -5, 5), m.between([64, 1000], 0, 1)],
        (m) => [
          m.between([64, 1000], -5, 5),
          m.between([64, 1000], 0, 1),
          { weight: m.constant([1000], 0, 1), posWeight: m.constant([1000], 0.5, 2) },
        ],
        (m) => [m.between([64, 1000], -5, 5), m.between([64, 1000], 0, 1), none],
        (m) => [m.between([64, 1000], -50, 50), m.between([64, 1000], 0, 1)],
        (m) => [
          m.between([64, 1000], -50, 50),
          m.between([64, 1000], 0, 1),
          { weight: m.constant([1000], 0, 1), posWeight: m.constant([1000], 0.5, 2) },
        ],
        (m) => [m.between([64, 1000], -50, 50), m.between([64, 1000], 0, 1), none],
      ],
    },
    { name: "sum", args: [x, shares, { reduction: "sum" }] },
    { name: "none", args: [x, shares, { reduction: "none" }] },
    { name: "large logits", args: [between([3, 4], -200, 200), shares] },
    {
      name: "sizes",
      args: [x, normal([3])],
      throws: "Target size (torch.Size([3])) must be the same as input size (torch.Size([3, 4]))",
    },
    {
      name: "sizes of as many dimensions",
      args: [x, normal([3, 5])],
      throws: "Target size (torch.Size([3, 5])) must be the same as input size (torch.Size([3, 4]))",
    },
  ]),
  ...samplesFor(
    (a: typeof x, b: typeof x) =>
      binaryCrossEntropyWithLogits(a, b, {
        weight: positive4.detach().to({ dtype: a.dtype, device: a.device }),
        posWeight: half4.detach().to({ dtype: a.dtype, device: a.device }),
      }),
    "lambda a, b: torch.nn.functional.binary_cross_entropy_with_logits(a, b, torch.tensor([1.0, 2.0, 0.5, 0.25], dtype=a.dtype), pos_weight=torch.tensor([0.5, 1.5, 2.5, 3.5], dtype=a.dtype))",
    [{ name: "weighed", args: [x, shares] }],
    "binary_cross_entropy_with_logits",
  ),
  ...samplesFor(
    (a: Tensor, b: Tensor, posWeight: Tensor) =>
      binaryCrossEntropyWithLogits(a, b, { posWeight: posWeight.detach().requiresGrad_() }),
    "lambda a, b, p: torch.nn.functional.binary_cross_entropy_with_logits(a, b, pos_weight=p.requires_grad_())",
    [
      {
        name: "weight of positives that requires a gradient",
        args: [x, shares, positive([4])],
        throws: "not differentiable with respect to argument 'pos_weight'",
      },
    ],
    "binary_cross_entropy_with_logits",
  ),
  ...Object.entries({
    binary_cross_entropy: binaryCrossEntropy,
    binary_cross_entropy_with_logits: binaryCrossEntropyWithLogits,
  }).flatMap(([name, op]) =>
    samplesFor(
      (a: Tensor, b: Tensor, weight: Tensor) => op(a, b, { weight: weight.detach().requiresGrad_() }),
      `lambda a, b, w: torch.nn.functional.${name}(a, b, w.requires_grad_())`,
      [
        {
          name: "weight that requires a gradient",
          args: [shares, shares, positive([4])],
          throws: `The function '${name}' is not differentiable with respect to argument 'weight'`,
        },
      ],
      name,
    ),
  ),
  ...samplesFor(binaryCrossEntropy, "torch.nn.functional.binary_cross_entropy", [
    ...(
      [
        ["target outside", 1.5],
        ["negative target", -0.5],
        ["target that is no number", Number.NaN],
      ] as const
    ).map(([name, value]) => ({
      name,
      args: [tensor([0.5, 0.5]), tensor([0.5, value])] as [Tensor, Tensor],
      throws: "all elements of target should be between 0 and 1",
    })),
    {
      name: "mean",
      args: [shares, between([3, 4], 0, 1)],
      accuracy: [
        (m) => [m.between([64, 1000], 0.01, 0.99), m.constant([64, 1000], 0, 1)],
        (m) => [m.between([64, 1000], 1e-6, 1), m.constant([64, 1000], 0, 1), { weight: m.constant([1000]) }],
      ],
    },
    { name: "none", args: [shares, between([3, 4], 0, 1), { reduction: "none" }] },
    { name: "certain", args: [tensor([0, 0, 1, 1]), tensor([1, 0, 1, 0]), none], isStep: true },
    {
      name: "outside",
      args: [between([3], 1.1, 1.9), positive([3])],
      throws: "all elements of input should be between 0 and 1",
    },
    {
      name: "negative",
      args: [between([3], -0.9, -0.1), positive([3])],
      throws: "all elements of input should be between 0 and 1",
    },
  ]),
];
