import { normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { transpose } from "../shape/permute.ts";
import { conv1d, conv2d } from "./convolution.ts";

const { x } = shared({ x: normal([2, 3, 6, 5]) });
const { w, b } = shared({ w: normal([4, 3, 3, 3]), b: normal([4]) });

export const samples: Sample[] = [
  ...samplesFor(conv2d, "torch.nn.functional.conv2d", [
    {
      name: "plain",
      args: [x, w, b],
      accuracy: [
        (m) => [m.between([16, 8, 40, 40]), m.between([8, 8, 3, 3]), m.between([8]), { padding: 1 }],
        (m) => [m.between([16, 8, 40, 40]), m.between([8, 8, 5, 5]), m.between([8]), { stride: 2 }],
        (m) => [m.between([2, 3, 48, 48]), m.between([16, 3, 7, 7]), m.between([16]), { stride: 2, padding: 3 }],
        (m) => [m.between([8, 64, 16, 16]), m.between([64, 64, 3, 3]), m.between([64]), { padding: 1 }],
        (m) => [m.between([4, 128, 7, 7]), m.between([96, 128, 3, 3]), m.between([96]), { padding: 1 }],
        (m) => [m.between([4, 32, 15, 15]), m.between([48, 32, 3, 3]), null, { stride: 2, padding: 1 }],
        (m) => [m.between([4, 64, 14, 14]), m.between([100, 64, 1, 1]), m.between([100])],
        (m) => [
          m.between([2, 24, 20, 20]),
          m.between([36, 8, 3, 3]),
          m.between([36]),
          { padding: 2, dilation: 2, groups: 3 },
        ],
        (m) => [m.between([4, 48, 16, 16]), m.between([48, 1, 3, 3]), m.between([48]), { padding: 1, groups: 48 }],
      ],
    },
    { name: "without bias", args: [x, w] },
    { name: "one by one", args: [x, normal([2, 3, 1, 1]), null] },
    { name: "stride and padding", args: [x, w, b, { stride: 2, padding: 1 }] },
    { name: "uneven", args: [x, normal([2, 3, 2, 3]), null, { stride: [1, 2], padding: [2, 0], dilation: [2, 1] }] },
    { name: "groups", args: [normal([1, 4, 5, 5]), normal([6, 2, 3, 3]), normal([6]), { groups: 2, padding: 1 }] },
    { name: "each channel alone", args: [normal([2, 3, 5, 5]), normal([3, 1, 3, 3]), null, { groups: 3 }] },
    { name: "same", args: [x, w, b, { padding: "same" }] },
    { name: "same, even kernel", args: [x, normal([2, 3, 2, 4]), null, { padding: "same" }] },
    { name: "valid", args: [x, w, b, { padding: "valid" }] },
    { name: "one image", args: [normal([3, 4, 4]), w, b] },
    { name: "transposed", args: [transpose(normal([2, 3, 5, 6]), 2, 3), w, b] },
    { name: "small", args: [normal([1, 2, 3, 3]), normal([1, 2, 2, 2]), normal([1]), { padding: 1 }] },
    {
      name: "small, float64",
      args: [
        normal([1, 1, 4, 3], "float64"),
        normal([2, 1, 2, 2], "float64"),
        normal([2], "float64"),
        { stride: 2, padding: 1, dilation: 2 },
      ],
    },
    { name: "no image", args: [normal([0, 3, 6, 5]), w] },
    {
      name: "channels",
      args: [normal([2, 2, 6, 5]), w, b],
      throws: "expected input[2, 2, 6, 5] to have 3 channels, but got 2 channels instead",
    },
    {
      name: "groups do not fit",
      args: [x, w, b, { groups: 2 }],
      throws: "expected input[2, 3, 6, 5] to have 6 channels, but got 3 channels instead",
    },
    {
      name: "too small",
      args: [normal([2, 3, 2, 2]), w, b],
      throws:
        "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size can't be greater than actual input size",
    },
    {
      name: "matrix",
      args: [normal([3, 3]), w, b],
      throws: "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [3, 3]",
    },
    {
      name: "bias of another size",
      args: [x, w, normal([3])],
      throws: "expected bias to be 1-dimensional with 4 elements, but got bias of size [3] instead",
    },
    { name: "stride of 0", args: [x, w, null, { stride: 0 }], throws: "non-positive stride is not supported" },
    { name: "dilation of 0", args: [x, w, null, { dilation: 0 }], throws: "non-positive dilation is not supported" },
    { name: "no groups", args: [x, w, null, { groups: 0 }], throws: "non-positive groups is not supported" },
    { name: "negative padding", args: [x, w, null, { padding: -1 }], throws: "negative padding is not supported" },
    {
      name: "same, stride",
      args: [x, w, b, { padding: "same", stride: 2 }],
      throws: "padding='same' is not supported for strided convolutions",
    },
    {
      name: "other padding",
      args: [x, w, b, { padding: "around" as "same" }],
      throws: "Invalid padding string: 'around'",
    },
    { name: "dtypes", args: [x, normal([4, 3, 3, 3], "float64")], throws: "should be the same" },
  ]),
  ...samplesFor(conv1d, "torch.nn.functional.conv1d", [
    {
      name: "plain",
      args: [normal([2, 3, 6]), normal([4, 3, 3]), b],
      accuracy: [(m) => [m.between([4, 16, 200]), m.between([32, 16, 5]), m.between([32]), { stride: 2, padding: 2 }]],
    },
    {
      name: "options",
      args: [normal([2, 2, 7]), normal([2, 1, 2]), null, { stride: 2, padding: 1, dilation: 2, groups: 2 }],
    },
    { name: "same", args: [normal([1, 2, 5]), normal([1, 2, 2]), null, { padding: "same" }] },
    { name: "one signal", args: [normal([3, 6]), normal([4, 3, 3]), b] },
  ]),
];
