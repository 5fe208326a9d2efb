import { integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { transpose } from "../shape/permute.ts";
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, maxPool2dWithIndices } from "./pool.ts";

const { x } = shared({ x: normal([2, 3, 6, 5]) });
const { small } = shared({ small: normal([1, 1, 5, 4]) });

export const samples: Sample[] = [
  ...samplesFor(maxPool2d, "torch.nn.functional.max_pool2d", [
    {
      name: "plain",
      args: [x, 2],
      accuracy: [
        (m) => [m.between([8, 64, 16, 16]), 3, { stride: 2, padding: 1 }],
        (m) => [m.between([2, 8, 32, 32]), 5, { stride: 1, padding: 2 }],
      ],
    },
    { name: "small", args: [small, 2] },
    { name: "overlapping", args: [small, 3, { stride: 1, padding: 1 }] },
    { name: "resnet's", args: [x, 3, { stride: 2, padding: 1 }] },
    { name: "uneven", args: [x, [2, 3], { stride: [1, 2], padding: [1, 0] }] },
    { name: "dilated", args: [small, 2, { stride: 1, dilation: 2 }] },
    { name: "beyond the border", args: [x, 3, { stride: 2, ceilMode: true }] },
    { name: "none that begins in padding", args: [small, 2, { padding: 1, ceilMode: true }] },
    { name: "ties", args: [integers([1, 1, 5, 5], 0, 2, "float32"), 2], isStep: true },
    { name: "one image", args: [normal([3, 4, 4]), 2] },
    { name: "transposed", args: [transpose(x, 2, 3), 2] },
    { name: "float64", args: [normal([1, 2, 4, 4], "float64"), 2] },
    {
      name: "padding",
      args: [x, 2, { padding: 2 }],
      throws: "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1",
    },
    {
      name: "too small",
      args: [x, 7],
      throws: "Given input size: (3x6x5). Calculated output size: (3x0x0). Output size is too small",
    },
    { name: "matrix", args: [normal([3, 3]), 2], throws: "non-empty 3D or 4D (batch mode) tensor expected for input" },
    { name: "stride of 0", args: [x, 2, { stride: 0 }], throws: "stride should not be zero" },
    { name: "negative padding", args: [x, 2, { padding: -1 }], throws: "pad must be non-negative, but got pad: -1" },
  ]),
  ...samplesFor(maxPool2dWithIndices, "torch.nn.functional.max_pool2d_with_indices", [
    { name: "plain", args: [x, 2] },
    { name: "padded", args: [small, 3, { stride: 2, padding: 1 }] },
  ]),
  ...samplesFor(avgPool2d, "torch.nn.functional.avg_pool2d", [
    {
      name: "plain",
      args: [x, 2],
      accuracy: [
        (m) => [m.between([8, 64, 16, 16]), 2],
        (m) => [m.between([8, 64, 17, 15]), [5, 3], { stride: 2, padding: 1, countIncludePad: false }],
        (m) => [m.between([2, 8, 64, 64]), 32],
        (m) => [m.between([2, 8, 32, 32], 0, 1), 5, { stride: 1, padding: 2 }],
      ],
    },
    { name: "small", args: [small, 3, { stride: 2, padding: 1 }] },
    { name: "without the border", args: [small, 3, { stride: 2, padding: 1, countIncludePad: false }] },
    { name: "beyond the border", args: [x, [3, 2], { stride: 2, ceilMode: true }] },
    { name: "none that begins in padding", args: [small, 2, { padding: 1, ceilMode: true }] },
    { name: "divisor", args: [small, 2, { divisorOverride: 3 }] },
    { name: "one image", args: [normal([3, 4, 4]), 2] },
    { name: "padding", args: [x, 2, { padding: 2 }], throws: "pad should be at most half of effective kernel size" },
    { name: "divisor of 0", args: [x, 2, { divisorOverride: 0 }], throws: "divisor must be not zero" },
  ]),
  ...samplesFor(adaptiveAvgPool2d, "torch.nn.functional.adaptive_avg_pool2d", [
    {
      name: "to one",
      args: [x, 1],
      accuracy: [
        (m) => [m.between([2, 8, 100, 100], 0, 1), [3, 2]],
        (m) => [m.between([8, 64, 16, 16]), 1],
        (m) => [m.between([8, 64, 13, 17]), [7, 5]],
      ],
    },
    { name: "to one, one image", args: [normal([3, 4, 4]), [1, 1]] },
    { name: "uneven", args: [small, [2, 3]] },
    { name: "kept", args: [x, [null, 2]] },
    { name: "larger", args: [normal([1, 1, 2, 3]), 4] },
    { name: "transposed", args: [transpose(x, 2, 3), 2] },
    { name: "matrix", args: [normal([3, 3]), 2], throws: "Expected 3D or 4D tensor, but got [3, 3]" },
  ]),
];
