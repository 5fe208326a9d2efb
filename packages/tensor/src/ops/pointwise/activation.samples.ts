import { tensor, zeros } from "../../make/factories.ts";
import { between, booleans, integers, normal, onResult, over, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { elu, gelu, leakyRelu, relu, silu, softplus } from "./activation.ts";

const { x, strided } = shared({ x: normal([3, 5]), strided: t(normal([4, 3])) });
const { whole } = shared({ whole: integers([5], -3, 9) });
const special = tensor([0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);

export const samples: Sample[] = [
  ...samplesFor(relu, "torch.relu", [
    { name: "matrix", args: [x], accuracy: over([-10, 10]) },
    { name: "strided", args: [strided] },
    { name: "special", args: [special], isStep: true },
    { name: "zeros", args: [zeros(70)] }, // too many for differences
    { name: "whole", args: [whole] },
    { name: "bool", args: [booleans([3])], throws: "Boolean inputs not supported for relu" },
  ]),
  ...samplesFor(leakyRelu, "torch.nn.functional.leaky_relu", [
    { name: "special", args: [special], isStep: true },
    { name: "float64", args: [normal([7], "float64")], accuracy: over([-10, 10]) },
    { name: "whole", args: [whole], throws: "not implemented for 'Long'" },
    { name: "matrix", args: [x] },
    { name: "slope", args: [x, { negativeSlope: 0.3 }] },
  ]),
  ...samplesFor(elu, "torch.nn.functional.elu", [
    { name: "special", args: [special], isStep: true },
    {
      name: "float64",
      args: [normal([7], "float64")],
      accuracy: [...over([-10, 10], [-0.001, 0.001]), (m) => [m.between([100_000], -10, 10), { alpha: 0.3 }]],
    },
    { name: "whole", args: [whole], throws: "not implemented for 'Long'" },
    { name: "matrix", args: [x] },
    { name: "alpha", args: [x, { alpha: 0.7 }] },
  ]),
  ...samplesFor(onResult(elu.inPlace), "lambda x, **o: torch.nn.functional.elu_(x * 1, **o)", [
    { name: "alpha", args: [x, { alpha: 0.7 }], accuracy: [(m) => [m.between([100_000], -10, 10), { alpha: 0.3 }]] },
  ]),
  ...samplesFor(onResult(leakyRelu.inPlace), "lambda x, **o: torch.nn.functional.leaky_relu_(x * 1, **o)", [
    { name: "slope left out", args: [x] },
    {
      name: "slope",
      args: [x, { negativeSlope: 0.3 }],
      accuracy: [(m) => [m.between([100_000], -10, 10), { negativeSlope: 0.3 }]],
    },
  ]),
  ...samplesFor(gelu, "torch.nn.functional.gelu", [
    { name: "special", args: [tensor([0, -0, Number.NaN, 9, -9])], isStep: true },
    {
      name: "float64",
      args: [normal([7], "float64")],
      accuracy: [
        ...over([-5, 5], [-12, -4], [-0.001, 0.001], [-100, 100]),
        (m) => [m.between([100_000], -5, 5), { approximate: "tanh" as const }],
        (m) => [m.between([100_000], -12, -3), { approximate: "tanh" as const }],
      ],
    },
    { name: "whole", args: [whole], throws: "not implemented for 'Long'" },
    { name: "matrix", args: [x] },
    { name: "approximate", args: [x, { approximate: "tanh" }] },
  ]),
  ...samplesFor(silu, "torch.nn.functional.silu", [
    { name: "matrix", args: [x], accuracy: over([-10, 10], [-80, -20], [-0.001, 0.001]) },
    { name: "special", args: [special], isStep: true },
    { name: "whole", args: [whole], throws: "not implemented for 'Long'" },
  ]),
  ...samplesFor(softplus, "torch.nn.functional.softplus", [
    { name: "special", args: [special], isStep: true },
    {
      name: "float64",
      args: [normal([7], "float64")],
      accuracy: [
        ...over([-10, 10], [-80, -20], [-100, 100]),
        (m) => [m.between([100_000], -10, 10), { beta: 3, threshold: 10 }],
      ],
    },
    { name: "whole", args: [whole], throws: "not implemented for 'Long'" },
    { name: "matrix", args: [x] },
    { name: "large", args: [between([40], -40, 40)] },
    { name: "sharper", args: [x, { beta: 2.5, threshold: 1 }] },
  ]),
];
