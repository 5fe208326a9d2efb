import { GradError, ValueError } from "@ag/tensor";
import { between, type CallSample, callsFor, filled, normal } from "../sample.ts";
import { clipGradNorm_, clipGradValue_ } from "./clip.ts";

const parameters = [
  normal([2, 3]).with(normal([2, 3])),
  normal([4]).with(normal([4])),
  normal([2]), // without a gradient
];
const small = normal([3], "float64").with(between([3], -0.01, 0.01, "float64"));
const unbounded = [normal([2]).with(filled([2], Number.NaN))];

export const samples: CallSample[] = [
  ...callsFor(clipGradNorm_, "torch.nn.utils.clip_grad_norm_", { normType: true, errorIfNonfinite: "throws" }, [
    { name: "cut", args: [parameters, 0.5] },
    { name: "not cut", args: [parameters, 100] },
    { name: "one tensor", args: [parameters[0]!, 0.5] },
    { name: "small", args: [[small], 0.005] },
    { name: "norm 1", args: [parameters, 0.5, { normType: 1 }] },
    { name: "norm 3", args: [parameters, 0.5, { normType: 3 }] },
    { name: "greatest", args: [parameters, 0.5, { normType: Number.POSITIVE_INFINITY }] },
    { name: "nothing", args: [[normal([2])], 1] },
    { name: "NaN", args: [unbounded, 1] },
    {
      name: "NaN refused",
      args: [unbounded, 1, { errorIfNonfinite: true }],
      throws: GradError,
      says: "for gradients from `parameters` is non-finite, so it cannot be clipped",
    },
  ]),
  ...callsFor(clipGradValue_, "torch.nn.utils.clip_grad_value_", {}, [
    { name: "cut", args: [parameters, 0.25] },
    { name: "one tensor", args: [parameters[1]!, 0.5] },
    { name: "negative", args: [parameters, -1], throws: ValueError, says: "need a number >= 0", onlyHere: true },
  ]),
];
