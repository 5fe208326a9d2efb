/** Derivatives of derivatives of derivatives: as PyTorch, of which third.py asks the same by name. */
import { grad, gradcheck } from "@ag/autograd";
import * as ag from "@ag/tensor";
import { type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/third.json" with { type: "json" };

const float64 = { dtype: "float64" } as const;
const b = tensor([0.5, 1.25, 2, 0.75], float64);
const m = tensor(
  [
    [1, -2, 0.5, 1.5],
    [0.25, 1, -1, 2],
    [2, 0.5, 1, -0.5],
    [1, 1, -2, 0.25],
  ],
  float64,
);
const image = (x: Tensor): Tensor => x.view(1, 1, 2, 2);
const square = (x: Tensor): Tensor => x.view(2, 2);

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  exp: ag.exp,
  expm1: ag.expm1,
  log: ag.log,
  log1p: ag.log1p,
  log2: ag.log2,
  sqrt: ag.sqrt,
  rsqrt: ag.rsqrt,
  sin: ag.sin,
  cos: ag.cos,
  tan: ag.tan,
  tanh: ag.tanh,
  sigmoid: ag.sigmoid,
  atan: ag.atan,
  erf: ag.erf,
  reciprocal: ag.reciprocal,
  "pow 3": (x) => x.pow(3),
  "pow 2.5": (x) => x.pow(2.5),
  "pow -1.5": (x) => x.pow(-1.5),
  "pow of tensors": (x) => x.pow(b),
  "tensor as power": (x) => b.pow(x),
  "number to powers": (x) => ag.pow(2.5, x),
  "its own power": (x) => x.pow(x),
  mul: (x) => x.mul(x).mul(x),
  div: (x) => b.div(x),
  "div by itself": (x) => x.div(x.add(b)),
  silu: ag.silu,
  gelu: (x) => ag.gelu(x),
  "gelu, approximate": (x) => ag.gelu(x, { approximate: "tanh" }),
  elu: (x) => ag.elu(x.sub(1)),
  "elu, alpha": (x) => ag.elu(x.sub(1), { alpha: 0.5 }),
  softplus: (x) => ag.softplus(x, { beta: 2, threshold: 2 }),
  leaky_relu: (x) => ag.leakyRelu(x.sub(1), { negativeSlope: 0.3 }).pow(3),
  relu: (x) => x.sub(1).relu().pow(3),
  hardtanh: (x) => ag.hardtanh(x).pow(3),
  softmax: (x) => x.softmax(0),
  log_softmax: (x) => x.logSoftmax(0),
  logsumexp: (x) => x.logsumexp(0),
  prod: (x) => x.prod(),
  "prod, along": (x) => square(x).prod(0),
  "prod with a zero": (x) => x.sub(0.75).prod(),
  cumsum: (x) => x.cumsum(0).pow(3),
  norm: (x) => x.norm(),
  "norm, 3": (x) => x.norm(null, { p: 3 }),
  var: (x) => x.var().pow(2),
  std: (x) => x.std(),
  mm: (x) => square(x).mm(square(x)).mm(square(x)),
  mv: (x) => m.mv(x).pow(3),
  dot: (x) => x.dot(m.mv(x)).pow(2),
  bmm: (x) =>
    x
      .view(1, 2, 2)
      .bmm(x.view(1, 2, 2))
      .pow(2),
  linear: (x) => ag.linear(x, x.view(1, 4)).pow(2),
  conv2d: (x) => ag.conv2d(image(x), image(x), null, { padding: 1 }).pow(2),
  avg_pool2d: (x) => ag.avgPool2d(image(x), 2).pow(3),
  max_pool2d: (x) => ag.maxPool2d(image(x), 2).pow(3),
  batch_norm: (x) => ag.batchNorm(x.view(4, 1), null, null, { training: true }).pow(2),
  layer_norm: (x) => ag.layerNorm(x, [4]).pow(2),
  mse_loss: (x) => ag.mseLoss(x.mul(x), b),
  smooth_l1_loss: (x) => ag.smoothL1Loss(x.mul(x), b),
  huber_loss: (x) => ag.huberLoss(x.mul(x), b),
  binary_cross_entropy: (x) => ag.binaryCrossEntropy(x.div(3), b.div(3)),
  binary_cross_entropy_with_logits: (x) => ag.binaryCrossEntropyWithLogits(x.mul(x), b),
  cross_entropy: (x) => ag.crossEntropy(x.view(1, 4), tensor([2n])),
  lerp: (x) => ag.lerp(x.mul(x), b, x),
  addcdiv: (x) => ag.addcdiv(b, x, x.add(b)),
  maximum: (x) => x.maximum(b).pow(3),
  amax: (x) => x.mul(x).mul(x).amax(),
  gather: (x) => x.gather(0, tensor([0n, 0n, 3n])).pow(3),
  index_select: (x) => x.indexSelect(0, tensor([1n, 1n, 2n])).pow(3),
  embedding: (x) => ag.embedding(tensor([0n, 0n, 1n]), square(x)).pow(3),
  remainder: (x) => b.mul(3).remainder(x).pow(3),
  fmod: (x) => b.mul(3).fmod(x).pow(3),
};

/** Of the sum, weighted by place, three times; as long as something is left to derive. */
function derivatives(f: (x: Tensor) => Tensor): number[][] {
  const x = tensor([0.5, 1.5, 2.25, 0.875], { ...float64, requiresGrad: true });
  const found: number[][] = [];
  let out = f(x);
  for (let order = 1; order <= 3 && out.requiresGrad; order++) {
    const weights = ag.arange(1, out.numel() + 1, 1, { dtype: "float64" }).reshape(out.shape);
    [out] = grad(out, [x], { gradOutputs: weights, createGraph: true });
    found.push(out.detach().tolist() as number[]);
  }
  return found;
}

/** PyTorch takes their statistics for constants in the third derivative, which differences deny. */
const withConstants = new Set(["batch_norm", "layer_norm"]);

test.each([...withConstants])("third derivatives as differences: %s", (name) => {
  const x = tensor([0.5, 1.5, 2.25, 0.875], { ...float64, requiresGrad: true });
  const slope = (y: Tensor): Tensor => grad(y, [x], { gradOutputs: ag.onesLike(y), createGraph: true })[0];
  expect(gradcheck((x) => slope(slope(functions[name]!(x!).mul(ag.arange(1, 5).reshape(-1)))), x)).toBe(true);
});

test("the functions are those that PyTorch was asked", () => {
  expect(Object.keys(functions)).toEqual(Object.keys(goldens));
});

describe("first, second and third derivatives as PyTorch", () => {
  const asked = Object.entries(goldens as Record<string, number[][]>);
  test.each(asked)("%s", (name, golden) => {
    const got = derivatives(functions[name]!).slice(0, withConstants.has(name) ? 2 : 3);
    expect(got.map((order) => order.length)).toEqual(golden.slice(0, got.length).map((order) => order.length));
    got.flat().forEach((value, i) => {
      const expected = golden.flat()[i]!;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-10 + 1e-10 * Math.abs(expected));
    });
  });
});
