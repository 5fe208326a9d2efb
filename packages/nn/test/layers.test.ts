import "@ag/autograd";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  clipGradNorm_,
  clipGradValue_,
  Dropout,
  Flatten,
  GELU,
  Identity,
  L1Loss,
  LeakyReLU,
  Linear,
  LogSoftmax,
  logSoftmax,
  MaxPool2d,
  type Module,
  ModuleList,
  MSELoss,
  NLLLoss,
  ReLU,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from "@ag/nn";
import * as init from "@ag/nn/init";
import { empty, manualSeed, ones, rand, randn, type Tensor, tensor, zeros } from "@ag/tensor";
import { expect, test, vi } from "vitest";
import golden from "./goldens/nn.json" with { type: "json" };

/** In hexadecimal digits. */
async function digest(x: Tensor): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", x.rawBytes()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const numbers = (x: unknown): number[] => (Array.isArray(x) ? x.flatMap(numbers) : [Number(x)]);

function expectClose(ours: unknown, theirs: unknown, tolerance = 1e-5): void {
  const [a, b] = [numbers(ours), numbers(theirs)];
  expect(a.length).toBe(b.length);
  a.forEach((x, i) => {
    expect(Math.abs(x - b[i]!), `${x} ${b[i]}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b[i]!)));
  });
}

const net = (): Module => {
  class Net extends Sequential {}
  return new Net(
    new Map<string, Sequential>([
      [
        "features",
        new Sequential(
          new Conv2d(3, 8, 3, { padding: 1, bias: false }),
          new BatchNorm2d(8),
          new ReLU({ inplace: true }),
          new MaxPool2d(2),
        ),
      ],
      ["head", new Sequential(new Flatten(), new Dropout(0.25), new Linear(32, 4))],
    ]),
  );
};

const made: Record<keyof typeof golden.texts, () => Module> = {
  linear: () => new Linear(2, 3),
  "linear without bias": () => new Linear(2, 3, { bias: false }),
  conv: () => new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false }),
  "conv same": () => new Conv2d(4, 4, 3, { padding: "same", groups: 2, dilation: 2 }),
  "conv pairs": () => new Conv2d(3, 4, [3, 5], { padding: [1, 2] }),
  "batch norm": () => new BatchNorm2d(3),
  "batch norm plain": () => new BatchNorm1d(3, { momentum: null, affine: false, trackRunningStats: false }),
  "batch norm eps": () => new BatchNorm2d(3, { eps: 1e-3 }),
  relu: () => new ReLU(),
  "relu in place": () => new ReLU({ inplace: true }),
  "leaky relu": () => new LeakyReLU(),
  "max pool": () => new MaxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
  "max pool pairs": () => new MaxPool2d([3, 2], { stride: [2, 1] }),
  "avg pool": () => new AvgPool2d(2),
  adaptive: () => new AdaptiveAvgPool2d(1),
  "adaptive pair": () => new AdaptiveAvgPool2d([2, null]),
  flatten: () => new Flatten(),
  dropout: () => new Dropout(),
  identity: () => new Identity(),
  softmax: () => new Softmax(1),
  "log softmax": () => new LogSoftmax(-1),
  sigmoid: () => new Sigmoid(),
  tanh: () => new Tanh(),
  gelu: () => new GELU(),
  "gelu tanh": () => new GELU({ approximate: "tanh" }),
  silu: () => new SiLU(),
  "cross entropy": () => new CrossEntropyLoss(),
  mse: () => new MSELoss(),
  empty: () => new Sequential(),
  list: () => new ModuleList([new ReLU(), new ReLU(), new Linear(1, 1)]),
  net,
};

test.each(Object.entries(golden.texts))("the text of %s is PyTorch's", (name, text) => {
  expect(String(made[name as keyof typeof made]())).toBe(text);
});

test("fresh weights have PyTorch's bits, and the next draw too", async () => {
  manualSeed(0);
  const layers = [
    new Linear(5, 7),
    new Conv2d(4, 6, [3, 5], { groups: 2 }),
    new Linear(3, 2, { bias: false }),
    new Conv2d(3, 64, 7),
  ];
  const drawn = [...layers.map((layer) => layer.parameters()), [rand(3)]];
  expect(await Promise.all(drawn.map((list) => Promise.all(list.map(digest))))).toEqual(golden.starts);
});

test("initialisers have PyTorch's bits", async () => {
  manualSeed(1);
  const make = (): Tensor => empty([6, 4, 3, 3]);
  const names = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"] as const;
  const drawn = {
    uniform: init.uniform_(make(), -2, 3),
    normal: init.normal_(make(), 1, 0.5),
    "xavier uniform": init.xavierUniform_(make(), { gain: 2 }),
    "xavier normal": init.xavierNormal_(make()),
    "kaiming uniform": init.kaimingUniform_(make()),
    "kaiming uniform fan out": init.kaimingUniform_(make(), { a: 0.2, mode: "fan_out" }),
    "kaiming normal": init.kaimingNormal_(make(), { nonlinearity: "tanh" }),
    "kaiming normal fan out": init.kaimingNormal_(make(), { mode: "fan_out", nonlinearity: "relu" }),
  };
  const { gains, ...digests } = golden.initialisers;
  const ours = Object.entries(drawn).map(async ([name, x]) => [name, await digest(x)]);
  expect(Object.fromEntries(await Promise.all(ours))).toEqual(digests);
  expect(names.map((name) => init.calculateGain(name))).toEqual(gains);
  expect(init.constant_(new Linear(1, 2).weight, 4).tolist()).toEqual([[4], [4]]);
  expect(() => init.kaimingNormal_(zeros([3]))).toThrow("fewer than 2 dimensions");
  expect(() => init.calculateGain("relu6" as never)).toThrow("Unsupported nonlinearity relu6");
  expect(() => init.kaimingUniform_(make(), { mode: "in" as never })).toThrow("Mode in not supported");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(new Linear(0, 3).weight.shape).toEqual([3, 0]);
  expect(warn.mock.calls.flat().join()).toContain("Initializing zero-element tensors is a no-op");
  warn.mockRestore();
});

const norms = {
  default: () => new BatchNorm2d(3),
  cumulative: () => new BatchNorm2d(3, { momentum: null }),
  untracked: () => new BatchNorm2d(3, { trackRunningStats: false }),
};

test.each(Object.entries(golden.normalisation))("batch norm, %s: outputs and statistics", (name, { outs, stats }) => {
  manualSeed(2);
  const batches = [0, 1, 2].map(() => randn(2, 3, 4, 4));
  const layer = norms[name as keyof typeof norms]();
  const firsts = (x: Tensor): number[] =>
    (layer.forward(x).detach().tolist() as number[][][][])[0]!.map((c) => c[0]![0]!);
  const ours = batches.map(firsts);
  layer.eval();
  ours.push(firsts(batches[0]!));
  expectClose(ours, outs);
  expectClose(
    layer.buffers().map((x) => x.tolist()),
    stats,
  );
  expect(layer.training).toBe(false);
});

test("batch norm refuses before anything is written", () => {
  const layer = new BatchNorm2d(2);
  expect(() => layer.forward(zeros([2, 2]))).toThrow("expected 4D input (got 2D input)");
  expect(() => new BatchNorm1d(2).forward(zeros([2]))).toThrow("expected 2D or 3D input (got 1D input)");
  expect(() => layer.forward(ones([1, 2, 1, 1]))).toThrow("Expected more than 1 value per channel when training");
  expect([layer.numBatchesTracked?.item(), layer.runningMean?.tolist()]).toEqual([0, [0, 0]]);
  layer.forward(ones([1, 2, 2, 1]));
  expect(layer.numBatchesTracked?.item()).toBe(1);
  layer.resetRunningStats();
  expect([layer.numBatchesTracked?.item(), layer.runningVar?.tolist()]).toEqual([0, [1, 1]]);
});

test("losses", () => {
  const { losses } = golden;
  const [x, other] = [tensor(losses.x), tensor(losses.other)];
  const target = tensor([1n, 0n, 4n, 2n]);
  const weight = tensor([1, 2, 0.5, 1, 3]);
  const weighted = new CrossEntropyLoss({ weight, labelSmoothing: 0.1, reduction: "sum" });
  expectClose(new CrossEntropyLoss().forward(x, target).item(), losses["cross entropy"]);
  expectClose(weighted.forward(x, target).item(), losses["cross entropy weighted"]);
  expectClose(new NLLLoss({ ignoreIndex: 4 }).forward(logSoftmax(x, 1), target).item(), losses.nll);
  expectClose(new MSELoss().forward(x, other).item(), losses.mse);
  expectClose(new L1Loss({ reduction: "sum" }).forward(x, other).item(), losses.l1);
  expect([...weighted.stateDict().keys()]).toEqual(["weight"]);
  expect(() => new MSELoss({ reduction: "average" as never })).toThrow("not a valid value for reduction");
});

test("dropout draws as PyTorch, and does nothing in evaluation", () => {
  manualSeed(4);
  const layer = new Dropout(0.3);
  expect(layer.forward(ones([20])).tolist()).toEqual(golden.dropped);
  manualSeed(4);
  const x = ones([20]);
  expect(new Dropout(0.3, { inplace: true }).forward(x)).toBe(x);
  expect(x.tolist()).toEqual(golden.dropped);
  expect(layer.eval().forward(x)).toBe(x);
  expect(() => new Dropout(1.5)).toThrow("dropout probability has to be between 0 and 1");
});

test("clipping", () => {
  for (const [name, { total, a, b }] of Object.entries({
    2: golden.clipping["2"],
    1: golden.clipping["1"],
    inf: golden.clipping.inf,
  })) {
    const [p, q] = [zeros([2, 2], { requiresGrad: true }), zeros([3], { requiresGrad: true })];
    p.grad = tensor([
      [1, -2],
      [3, 0.5],
    ]);
    q.grad = tensor([4, -0.25, 7]);
    const normType = name === "inf" ? Number.POSITIVE_INFINITY : Number(name);
    expectClose(clipGradNorm_([p, q], 1.5, { normType }).item(), total, 1e-6);
    expectClose([p.grad?.tolist(), q.grad?.tolist()], [a, b], 1e-6);
  }
  const p = zeros([3], { requiresGrad: true });
  p.grad = tensor([-3, 0.5, 2]);
  clipGradValue_(p, 1);
  expect(p.grad.tolist()).toEqual(golden.clipping.value);
  p.grad = tensor([Number.NaN, 1, 1]);
  expect(() => clipGradNorm_(p, 1, { errorIfNonfinite: true })).toThrow("is non-finite");
  expect(p.grad.tolist()).toEqual([Number.NaN, 1, 1]);
  expect(clipGradNorm_([zeros([1])], 1).item()).toBe(0);
});

test("layers refuse sizes that do not fit", () => {
  expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow("in_channels must be divisible by groups");
  expect(() => new Conv2d(2, 3, 3, { groups: 2 })).toThrow("out_channels must be divisible by groups");
  expect(() => new Conv2d(1, 1, 3, { stride: 2, padding: "same" })).toThrow("not supported for strided convolutions");
  expect(() => new Conv2d(1, 1, 3, { padding: "full" as never })).toThrow("Invalid padding string 'full'");
  expect(() => new Conv2d(1, 1, 0)).toThrow("kernelSize");
  expect(() => new Linear(1.5, 1)).toThrow("need a whole number");
  expect(() => new Softmax(undefined as never)).toThrow("need a whole number");
});
