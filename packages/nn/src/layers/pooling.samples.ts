import { ShapeError, ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from "./pooling.ts";

const x = normal([2, 3, 7, 6]);

export const samples: LayerSample[] = [
  ...layersFor(MaxPool2d, "torch.nn.MaxPool2d", { stride: true, padding: true, dilation: true, ceilMode: true }, [
    { name: "plain", make: [2], args: [x] },
    { name: "one image", make: [3], args: [normal([2, 6, 6])] },
    { name: "uneven", make: [[3, 2]], args: [x] },
    { name: "stride", make: [2, { stride: 1 }], args: [x] },
    { name: "strides", make: [2, { stride: [3, 1] }], args: [x] },
    { name: "padding", make: [3, { padding: 1 }], args: [x] },
    { name: "paddings", make: [[4, 2], { padding: [2, 0], stride: 2 }], args: [x] },
    { name: "dilation", make: [2, { dilation: 2, stride: 1 }], args: [x] },
    { name: "dilations", make: [2, { dilation: [1, 3] }], args: [x] },
    { name: "beyond the border", make: [2, { ceilMode: true }], args: [x] },
    { name: "everything", make: [3, { stride: [2, 3], padding: 1, dilation: [1, 2], ceilMode: true }], args: [x] },
    {
      name: "too much padding",
      make: [2, { padding: 2 }],
      args: [x],
      throws: ValueError,
      says: "pad should be at most half of effective kernel size",
    },
    { name: "too small", make: [8], args: [x], throws: ShapeError, says: "Output size is too small" },
    { name: "rank 2", make: [2], args: [normal([3, 3])], throws: ShapeError, says: "3D or 4D" },
  ]),
  ...layersFor(
    AvgPool2d,
    "torch.nn.AvgPool2d",
    { stride: true, padding: true, ceilMode: true, countIncludePad: true, divisorOverride: true },
    [
      { name: "plain", make: [2], args: [x] },
      { name: "one image", make: [3], args: [normal([2, 6, 6])] },
      { name: "uneven", make: [[3, 2]], args: [x] },
      { name: "stride", make: [3, { stride: 1 }], args: [x] },
      { name: "strides", make: [2, { stride: [1, 3] }], args: [x] },
      { name: "padding", make: [3, { padding: 1 }], args: [x] },
      { name: "paddings", make: [[4, 2], { padding: [2, 0], stride: 2 }], args: [x] },
      { name: "padded", make: [3, { padding: 1, countIncludePad: false }], args: [x] },
      { name: "beyond the border", make: [2, { ceilMode: true }], args: [x] },
      { name: "divisor", make: [2, { divisorOverride: 3 }], args: [x] },
      {
        name: "everything",
        make: [3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false, divisorOverride: 7 }],
        args: [x],
      },
      {
        name: "too much padding",
        make: [2, { padding: 2 }],
        args: [x],
        throws: ValueError,
        says: "pad should be at most half of effective kernel size",
      },
      {
        name: "divisor of 0",
        make: [2, { divisorOverride: 0 }],
        args: [x],
        throws: ValueError,
        says: "divisor must be not zero",
      },
      { name: "too small", make: [8], args: [x], throws: ShapeError, says: "Output size is too small" },
    ],
  ),
  ...layersFor(AdaptiveAvgPool2d, "torch.nn.AdaptiveAvgPool2d", {}, [
    { name: "to one", make: [1], args: [x] },
    { name: "square", make: [3], args: [x] },
    { name: "uneven", make: [[2, 4]], args: [x] },
    { name: "kept", make: [[null, 2]], args: [x] },
    { name: "larger", make: [[8, 9]], args: [x] },
    { name: "one image", make: [2], args: [normal([2, 5, 5])] },
    { name: "rank 2", make: [2], args: [normal([3, 3])], throws: ShapeError, says: "Expected 3D or 4D tensor" },
  ]),
];
