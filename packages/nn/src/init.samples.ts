import { ShapeError, ValueError } from "@ag/tensor";
import {
  calculateGain,
  constant_,
  fansOf,
  kaimingNormal_,
  kaimingUniform_,
  type Nonlinearity,
  normal_,
  ones_,
  uniform_,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from "./init.ts";
import { type CallSample, callsFor, filled, Seed } from "./sample.ts";

const x = filled([5, 4, 3, 2], 7);
const matrix = filled([9, 7], 7);
const vector = filled([40], 7);
const generator = new Seed(5);
const kaiming = { a: true, mode: true, nonlinearity: true, generator: true } as const;
const flat = {
  args: [vector],
  throws: ShapeError,
  says: "can not be computed for tensor with fewer than 2 dimensions",
} as const;
const unknown = { throws: ValueError, says: "Unsupported nonlinearity relu6" } as const;
const nonlinearities = [
  "linear",
  "conv1d",
  "conv2d",
  "conv3d",
  "sigmoid",
  "tanh",
  "relu",
  "leaky_relu",
  "selu",
] as const;
const other = "relu6" as Nonlinearity;

export const samples: CallSample[] = [
  ...callsFor(uniform_, "torch.nn.init.uniform_", { generator: true }, [
    { name: "plain", args: [vector] },
    { name: "range", args: [matrix, -2, 3] },
    { name: "own stream", args: [vector, 0, 1, { generator }] },
  ]),
  ...callsFor(normal_, "torch.nn.init.normal_", { generator: true }, [
    { name: "plain", args: [vector] },
    { name: "few", args: [filled([3], 7)] },
    { name: "mean and deviation", args: [matrix, 1, 0.5] },
    { name: "own stream", args: [vector, 0, 1, { generator }] },
  ]),
  ...callsFor(constant_, "torch.nn.init.constant_", {}, [
    { name: "plain", args: [matrix, 0.25] },
    { name: "negative", args: [vector, -3] },
  ]),
  ...callsFor(ones_, "torch.nn.init.ones_", {}, [{ name: "plain", args: [matrix] }]),
  ...callsFor(zeros_, "torch.nn.init.zeros_", {}, [{ name: "plain", args: [matrix] }]),
  ...callsFor(calculateGain, "torch.nn.init.calculate_gain", {}, [
    ...nonlinearities.map((name) => ({ name, args: [name] as const })),
    { name: "slope", args: ["leaky_relu", 0.5] },
    { name: "unknown", args: [other], ...unknown },
  ]),
  ...callsFor(fansOf, "torch.nn.init._calculate_fan_in_and_fan_out", {}, [
    { name: "matrix", args: [matrix] },
    { name: "kernel", args: [x] },
    { name: "vector", ...flat },
  ]),
  ...callsFor(xavierUniform_, "torch.nn.init.xavier_uniform_", { gain: true, generator: true }, [
    { name: "plain", args: [matrix] },
    { name: "gain", args: [x, { gain: 2 }] },
    { name: "own stream", args: [matrix, { generator }] },
    { name: "vector", ...flat },
  ]),
  ...callsFor(xavierNormal_, "torch.nn.init.xavier_normal_", { gain: true, generator: true }, [
    { name: "plain", args: [matrix] },
    { name: "gain", args: [x, { gain: 0.5 }] },
    { name: "own stream", args: [matrix, { generator }] },
    { name: "vector", ...flat },
  ]),
  ...callsFor(kaimingUniform_, "torch.nn.init.kaiming_uniform_", kaiming, [
    { name: "plain", args: [matrix] },
    { name: "slope", args: [x, { a: 0.5 }] },
    { name: "fan out", args: [x, { mode: "fan_out" }] },
    { name: "tanh", args: [x, { nonlinearity: "tanh", mode: "fan_in" }] },
    { name: "own stream", args: [matrix, { generator }] },
    { name: "nothing", args: [filled([3, 0], 0)] },
    { name: "nothing of rank 1", args: [filled([0], 0)] },
    { name: "vector", ...flat },
    { name: "mode", args: [x, { mode: "in" as "fan_in" }], throws: ValueError, says: "Mode in not supported" },
    { name: "unknown", args: [x, { nonlinearity: other }], ...unknown },
  ]),
  ...callsFor(kaimingNormal_, "torch.nn.init.kaiming_normal_", kaiming, [
    { name: "plain", args: [matrix] },
    { name: "slope", args: [x, { a: 0.5 }] },
    { name: "fan out", args: [x, { mode: "fan_out" }] },
    { name: "tanh", args: [x, { nonlinearity: "tanh" }] },
    { name: "own stream", args: [matrix, { generator }] },
    { name: "nothing", args: [filled([3, 0], 0)] },
    { name: "nothing of rank 1", args: [filled([0], 0)] },
    { name: "vector", ...flat },
    { name: "mode", args: [x, { mode: "in" as "fan_in" }], throws: ValueError, says: "Mode in not supported" },
    { name: "unknown", args: [x, { nonlinearity: other }], ...unknown },
  ]),
];
