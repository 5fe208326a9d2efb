import { ShapeError, ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { Conv2d } from "./conv.ts";

const x = normal([2, 4, 7, 6]);

export const samples: LayerSample[] = layersFor(
  Conv2d,
  "torch.nn.Conv2d",
  { stride: true, padding: true, dilation: true, groups: true, bias: true },
  [
    { name: "plain", make: [4, 3, 3], args: [x] },
    { name: "three channels", make: [3, 5, 3], args: [normal([2, 3, 7, 6])] },
    { name: "one image", make: [4, 2, 2], args: [normal([4, 5, 5])] },
    { name: "uneven kernel", make: [4, 2, [3, 2]], args: [x] },
    { name: "stride", make: [4, 2, 3, { stride: 2 }], args: [x] },
    { name: "strides", make: [4, 2, 2, { stride: [1, 3] }], args: [x] },
    { name: "padding", make: [4, 2, 3, { padding: 1 }], args: [x] },
    { name: "paddings", make: [4, 2, 3, { padding: [0, 2] }], args: [x] },
    { name: "same", make: [4, 2, [4, 3], { padding: "same" }], args: [x] },
    { name: "valid", make: [4, 2, 3, { padding: "valid" }], args: [x] },
    { name: "dilation", make: [4, 2, 3, { dilation: 2 }], args: [x] },
    { name: "dilations", make: [4, 2, 2, { dilation: [3, 1] }], args: [x] },
    { name: "groups", make: [4, 6, 3, { groups: 2 }], args: [x] },
    { name: "depthwise", make: [4, 4, 3, { groups: 4, padding: 1 }], args: [x] },
    { name: "without bias", make: [4, 2, 3, { bias: false }], args: [x] },
    {
      name: "everything",
      make: [4, 4, 3, { stride: 2, padding: 2, dilation: 2, groups: 2, bias: false }],
      args: [x],
    },
    { name: "input of other channels", make: [3, 2, 3], args: [x], throws: ShapeError, says: "to have 3 channels" },
    {
      name: "input of rank 2",
      make: [4, 2, 3],
      args: [normal([4, 4])],
      throws: ShapeError,
      says: "Expected 3D (unbatched) or 4D (batched) input to conv2d",
    },
    {
      name: "input too small",
      make: [4, 2, 8],
      args: [x],
      throws: ShapeError,
      says: "Kernel size can't be greater than actual input size",
    },
    {
      name: "groups of input",
      make: [3, 4, 3, { groups: 2 }],
      throws: ValueError,
      says: "in_channels must be divisible by groups",
    },
    {
      name: "groups of output",
      make: [4, 3, 3, { groups: 2 }],
      throws: ValueError,
      says: "out_channels must be divisible by groups",
    },
    {
      name: "no groups",
      make: [4, 4, 3, { groups: 0 }],
      throws: ValueError,
      says: "groups must be a positive integer",
    },
    {
      name: "same with stride",
      make: [1, 1, 3, { stride: 2, padding: "same" }],
      throws: ValueError,
      says: "padding='same' is not supported for strided convolutions",
    },
    {
      name: "unknown padding",
      make: [1, 1, 3, { padding: "full" as "same" }],
      throws: ValueError,
      says: "Invalid padding string 'full'",
    },
    { name: "half a group", make: [4, 4, 3, { groups: 0.5 }], throws: ValueError, says: "groups", onlyHere: true },
    { name: "half a channel", make: [1.5, 4, 3], throws: ValueError, says: "'inChannels'", onlyHere: true },
    { name: "negative channels", make: [1, -2, 3], throws: ValueError, says: "out_channels", onlyHere: true },
    { name: "kernel of three", make: [1, 1, [1, 2, 3] as never], throws: ValueError, says: "a pair", onlyHere: true },
    { name: "kernel of 0", make: [1, 1, 0], throws: ValueError, says: "kernelSize", onlyHere: true },
    { name: "stride of 0", make: [1, 1, 1, { stride: 0 }], throws: ValueError, says: "stride", onlyHere: true },
    { name: "dilation of 0", make: [1, 1, 1, { dilation: 0 }], throws: ValueError, says: "dilation", onlyHere: true },
    { name: "negative padding", make: [1, 1, 1, { padding: -1 }], throws: ValueError, says: "padding", onlyHere: true },
  ],
);
