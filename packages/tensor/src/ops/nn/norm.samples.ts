import type { Tensor } from "../../core/tensor.ts";
import { ones, tensor, zeros } from "../../make/factories.ts";
import { type Makers, type Measured, normal, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { transpose } from "../shape/permute.ts";
import { batchNorm, layerNorm } from "./norm.ts";

const { x } = shared({ x: normal([2, 3, 4, 5]) });
const { small } = shared({ small: normal([3, 2, 2]) });
const channels = (): [weight: Tensor, bias: Tensor] => [positive([3]), normal([3])];

/** Where errors are measured: around 0, and far from it. */
const spans = [
  [-2, 2],
  [5, 6],
  [1000, 1001],
] as const;
const planes = [
  [16, 64, 16, 16],
  [64, 256, 4, 4],
  [256, 100],
];
const rows = [
  [64, 1000],
  [4, 16, 768],
  [512, 48],
];
const affine = ({ between }: Makers, size: number): { weight: Tensor; bias: Tensor } => ({
  weight: between([size]),
  bias: between([size]),
});
/** Batch normalisation's arguments where running statistics are made in the call. */
const running = (low: number, high: number): Measured<[Tensor, Tensor, Tensor]>[] =>
  [planes[0]!, planes[2]!].map((shape) => (m) => {
    const x = m.between(shape, low, high);
    const { weight, bias } = affine(m, shape[1]!);
    return [x, weight, bias];
  });

/** The running statistics are made anew for each call; with `isShown` they are the result. */
const withRunning =
  (training: boolean, rest: { readonly momentum?: number } = {}, isShown = false) =>
  (x: Tensor, weight: Tensor, bias: Tensor): Tensor[] => {
    const count = x.shape[1]!;
    const values = Float64Array.from({ length: count }, (_, i) => 0.25 * (i + 1));
    const { dtype, device } = x;
    const [mean, variance] = [tensor(values, { dtype, device }), tensor(values, { dtype, device })];
    const out = batchNorm(x, mean, variance, { weight, bias, training, ...rest });
    for (const x of isShown ? [out] : [mean, variance]) x.dispose();
    return isShown ? [mean, variance] : [out];
  };
const runningIn = (passed: string, shown = "[:1]"): string =>
  `lambda x, w, b: (lambda m, v: (torch.nn.functional.batch_norm(x, m, v, w, b, ${passed}), m, v)${shown})` +
  "(*(torch.arange(1, x.shape[1] + 1, dtype=x.dtype) * 0.25 for _ in range(2)))";

export const samples: Sample[] = [
  ...samplesFor(
    (x: Tensor, mean: Tensor, variance: Tensor) => batchNorm(x, mean.detach().requiresGrad_(), variance),
    "lambda x, m, v: torch.nn.functional.batch_norm(x, m.requires_grad_(), v)",
    [
      {
        name: "statistics that require gradients",
        args: [normal([3, 2]), positive([2]), positive([2])],
        throws: "not differentiable with respect to argument 'running_mean'",
      },
    ],
    "batch_norm",
  ),
  ...samplesFor(
    withRunning(true),
    runningIn("True"),
    [
      { name: "training", args: [x, ...channels()] },
      { name: "training, small", args: [small, positive([2]), normal([2])] },
      { name: "training, matrix", args: [normal([5, 3]), ...channels()] },
      { name: "training, transposed", args: [transpose(normal([2, 3, 5, 4]), 2, 3), ...channels()] },
      {
        name: "training, float64",
        args: [normal([2, 2, 3], "float64"), positive([2], "float64"), normal([2], "float64")],
      },
    ],
    "batch_norm",
  ),
  ...samplesFor(
    withRunning(true, { momentum: 0.5 }, true),
    runningIn("True, 0.5", "[1:]"),
    [
      {
        name: "running statistics",
        args: [x, ...channels()],
        isStep: true,
        accuracy: running(5, 6),
      },
    ],
    "batch_norm",
  ),
  ...samplesFor(
    withRunning(true, {}, true),
    runningIn("True", "[1:]"),
    [{ name: "running statistics, momentum left out", args: [small, positive([2]), normal([2])], isStep: true }],
    "batch_norm",
  ),
  ...samplesFor(
    withRunning(false),
    runningIn("False"),
    [
      {
        name: "evaluation",
        args: [x, ...channels()],
        accuracy: running(-1, 1),
      },
      { name: "evaluation, small", args: [small, positive([2]), normal([2])] },
    ],
    "batch_norm",
  ),
  ...samplesFor(
    (x: Tensor, options: object) => batchNorm(x, null, null, options),
    "lambda x, **o: torch.nn.functional.batch_norm(x, None, None, **o)",
    [
      {
        name: "without weight",
        args: [small, { training: true }],
        accuracy: planes.flatMap((shape) =>
          spans.map(
            ([low, high]): Measured<[Tensor, object]> =>
              (m) => [m.between(shape, low, high), { ...affine(m, shape[1]!), training: true }],
          ),
        ),
      },
      { name: "eps", args: [small, { training: true, eps: 0.5 }] },
      { name: "weight without bias", args: [small, { training: true, weight: positive([2]) }] },
      {
        name: "one value",
        args: [normal([1, 3]), { training: true }],
        throws: "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
      },
      { name: "no statistics", args: [x, {}], throws: "running_mean must be defined in evaluation mode" },
      {
        name: "weight of another size",
        args: [x, { training: true, weight: normal([2]) }],
        throws: "weight should contain 3 elements not 2",
      },
    ],
    "batch_norm",
  ),
  ...samplesFor(
    (x: Tensor) => batchNorm(x, zeros([2], { device: x.device }), ones([3], { device: x.device }), { training: true }),
    "lambda x: torch.nn.functional.batch_norm(x, torch.zeros(2), torch.ones(3), None, None, True)",
    [{ name: "mean of another size", args: [x], throws: "running_mean should contain 3 elements not 2" }],
    "batch_norm",
  ),
  ...samplesFor(layerNorm, "torch.nn.functional.layer_norm", [
    {
      name: "last",
      args: [x, [5], { weight: positive([5]), bias: normal([5]) }],
      accuracy: [
        ...rows.flatMap((shape) =>
          spans.map(
            ([low, high]): Measured<Parameters<typeof layerNorm>> =>
              (m) => [m.between(shape, low, high), shape.slice(-1), affine(m, shape.at(-1)!)],
          ),
        ),
        (m) => [m.between([32, 16, 8, 8]), [16, 8, 8]],
      ],
    },
    { name: "two dimensions", args: [x, [4, 5], { weight: positive([4, 5]), bias: normal([4, 5]) }] },
    { name: "all", args: [normal([2, 3]), [2, 3], { weight: positive([2, 3]), bias: normal([2, 3]) }] },
    { name: "small", args: [normal([3, 4]), [4], { weight: positive([4]), bias: normal([4]), eps: 0.01 }] },
    { name: "without weight", args: [normal([3, 4]), [4]] },
    { name: "transposed", args: [transpose(normal([4, 3]), 0, 1), [4]] },
    { name: "float64", args: [normal([3, 4], "float64"), [4], { weight: positive([4], "float64") }] },
    {
      name: "other shape",
      args: [x, [6]],
      throws: "Given normalized_shape=[6], expected input with shape [*, 6], but got input of size[2, 3, 4, 5]",
    },
    {
      name: "weight of another shape",
      args: [x, [5], { weight: normal([4]) }],
      throws:
        "Expected weight to be of same shape as normalized_shape, but got weight of shape [4] and normalized_shape = [5]",
    },
  ]),
];
