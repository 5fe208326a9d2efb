import { ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh } from "./activation.ts";

const x = normal([3, 4]);

export const samples: LayerSample[] = [
  ...layersFor(ReLU, "torch.nn.ReLU", { inplace: true }, [
    { name: "plain", make: [], args: [x] },
    { name: "in place", make: [{ inplace: true }], args: [x] },
  ]),
  ...layersFor(LeakyReLU, "torch.nn.LeakyReLU", { inplace: true }, [
    { name: "plain", make: [], args: [x] },
    { name: "slope", make: [0.25], args: [x] },
    { name: "infinite slope", make: [Number.NEGATIVE_INFINITY], args: [x] },
    { name: "no slope", make: [Number.NaN], args: [x] },
    { name: "small slope", make: [1e-5], args: [x] },
    { name: "in place", make: [0.5, { inplace: true }], args: [x] },
  ]),
  ...layersFor(Sigmoid, "torch.nn.Sigmoid", {}, [{ name: "plain", make: [], args: [x] }]),
  ...layersFor(Tanh, "torch.nn.Tanh", {}, [{ name: "plain", make: [], args: [x] }]),
  ...layersFor(SiLU, "torch.nn.SiLU", { inplace: true }, [
    { name: "plain", make: [], args: [x] },
    { name: "in place", make: [{ inplace: true }], args: [x] },
  ]),
  ...layersFor(GELU, "torch.nn.GELU", { approximate: true }, [
    { name: "plain", make: [], args: [x] },
    { name: "named", make: [{ approximate: "none" }], args: [x] },
    { name: "by tanh", make: [{ approximate: "tanh" }], args: [x] },
    {
      name: "unknown approximation",
      make: [{ approximate: "sigmoid" as "tanh" }],
      args: [x],
      throws: ValueError,
      says: 'need "none" or "tanh"',
      onlyHere: true,
    },
  ]),
  ...layersFor(Softmax, "torch.nn.Softmax", {}, [
    { name: "rows", make: [1], args: [x] },
    { name: "columns", make: [0], args: [x] },
    { name: "the last but two", make: [-3], args: [normal([2, 3, 4])] },
    { name: "beyond", make: [2], args: [x], throws: ValueError, says: "Dimension out of range" },
    { name: "no dimension", make: [undefined as never], throws: ValueError, says: "'dim'", onlyHere: true },
    { name: "a fraction", make: [0.5], throws: ValueError, says: "need int", onlyHere: true },
  ]),
  ...layersFor(LogSoftmax, "torch.nn.LogSoftmax", {}, [
    { name: "rows", make: [1], args: [x] },
    { name: "columns", make: [0], args: [x] },
    { name: "the last but two", make: [-3], args: [normal([2, 3, 4])] },
    { name: "beyond", make: [2], args: [x], throws: ValueError, says: "Dimension out of range" },
    { name: "no dimension", make: [undefined as never], throws: ValueError, says: "'dim'", onlyHere: true },
  ]),
];
