import { between, booleans, integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { bfloat16, bool, clone, contiguous, double, float, half, int, long, to, typeAs } from "./cast.ts";
import { t } from "./permute.ts";
import { expand } from "./view.ts";

const { x } = shared({ x: between([3, 5], -300, 300) });

export const samples: Sample[] = [
  ...samplesFor(clone, "torch.clone", [
    { name: "plain", args: [normal([2, 3])] },
    { name: "transposed", args: [t(normal([2, 3]))] },
    { name: "expanded", args: [expand(normal([3]), 2, 3)] },
    { name: "bool", args: [booleans([5])] },
    { name: "empty", args: [normal([0, 3])] },
    { name: "float64", args: [normal([], "float64")] },
  ]),
  ...samplesFor(contiguous, "torch.Tensor.contiguous", [
    { name: "transposed", args: [t(normal([2, 3]))] },
    { name: "expanded", args: [expand(normal([3, 1]), 3, 4)] },
  ]),
  ...samplesFor(to, "torch.Tensor.to", [
    { name: "float64", args: [x, "float64"] },
    { name: "transposed", args: [t(normal([2, 3])), "float64"] },
    { name: "int64", args: [x, "int64"] },
    { name: "int32", args: [x, "int32"] },
    { name: "bool", args: [integers([4], 0, 2), "bool"] },
    { name: "options", args: [x, { dtype: "float64" }] },
    { name: "from float64", args: [normal([3], "float64"), "float32"], isStep: true },
    { name: "from int64", args: [integers([3], -9, 9), "float32"] },
    { name: "from uint8", args: [integers([3], 0, 255, "uint8"), "int32"] },
    { name: "what does not exist", args: [x, "float31"] as never, throws: "float31", onlyHere: true },
  ]),
  ...samplesFor(typeAs, "torch.Tensor.type_as", [{ name: "plain", args: [x, integers([2], 0, 2)] }]),
  ...samplesFor(float, "torch.Tensor.float", [{ name: "from bool", args: [booleans([4])] }]),
  ...samplesFor(double, "torch.Tensor.double", [{ name: "plain", args: [x] }]),
  ...samplesFor(long, "torch.Tensor.long", [{ name: "plain", args: [x] }]),
  ...samplesFor(int, "torch.Tensor.int", [{ name: "plain", args: [x] }]),
  ...samplesFor(bool, "torch.Tensor.bool", [{ name: "plain", args: [integers([5], -1, 2)] }]),
  ...samplesFor(half, "torch.Tensor.half", [{ name: "plain", args: [x], isStep: true }]),
  ...samplesFor(bfloat16, "torch.Tensor.bfloat16", [{ name: "plain", args: [x], isStep: true }]),
];
