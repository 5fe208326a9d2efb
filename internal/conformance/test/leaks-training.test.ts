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
  MaxPool2d,
  type Module,
  MSELoss,
  NLLLoss,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from "@ag/nn";
import { Adam, AdamW, SGD } from "@ag/optim";
import { rand, randint, randn, type Tensor, tensor } from "@ag/tensor";
import { describe, test } from "vitest";
import { expectNoLeak } from "../src/no-leak.ts";

type Layer = Module & { forward(x: Tensor): Tensor };
type Loss = Module & { forward(x: Tensor, target: Tensor): Tensor };

const activations = [ReLU, Sigmoid, SiLU, Tanh, GELU, LeakyReLU];
const layers: (readonly [string, Layer, readonly number[]])[] = [
  ["Linear", new Linear(4, 3), [2, 4]],
  ["Linear, without bias", new Linear(4, 3, { bias: false }), [2, 4]],
  ["Linear, a sequence", new Linear(4, 3), [2, 5, 4]],
  ["Linear, one", new Linear(4, 3), [4]],
  ["Conv2d", new Conv2d(2, 4, 3, { padding: 1, groups: 2 }), [2, 2, 6, 6]],
  ["Conv2d, same", new Conv2d(2, 4, 2, { padding: "same" }), [2, 2, 6, 6]],
  ["Conv2d, one image", new Conv2d(2, 4, 3), [2, 6, 6]],
  ["BatchNorm1d", new BatchNorm1d(3), [4, 3]],
  ["BatchNorm2d", new BatchNorm2d(3), [2, 3, 4, 4]],
  ["BatchNorm2d, evaluation", new BatchNorm2d(3).eval(), [2, 3, 4, 4]],
  ["BatchNorm2d, mean of all batches", new BatchNorm2d(3, { momentum: null }), [2, 3, 4, 4]],
  ["MaxPool2d", new MaxPool2d(2), [1, 2, 4, 4]],
  ["AvgPool2d", new AvgPool2d(2), [1, 2, 4, 4]],
  ["AdaptiveAvgPool2d", new AdaptiveAvgPool2d(1), [1, 2, 4, 4]],
  ["Dropout", new Dropout(), [4, 5]],
  ["Dropout, evaluation", new Dropout().eval(), [4, 5]],
  ["Flatten", new Flatten(), [2, 3, 4]],
  ["Identity", new Identity(), [2, 3]],
  ["Softmax", new Softmax(1), [2, 3]],
  ["LogSoftmax", new LogSoftmax(1), [2, 3]],
  ...activations.map((Activation) => [Activation.name, new Activation(), [2, 3]] as const),
];

describe("layers leave nothing behind", () => {
  test.each(layers)("%s", (_, layer, shape) => {
    const step = (): unknown => {
      const x = randn(shape, { requiresGrad: true });
      const out = layer.forward(x);
      const total = out.sum();
      total.backward();
      layer.zeroGrad();
      return [x, out, total, x.grad];
    };
    expectNoLeak(step);
  });

  test("in place", () => {
    for (const layer of [new ReLU({ inplace: true }), new Dropout(0.5, { inplace: true })])
      expectNoLeak(() => layer.forward(randn(4, 5)));
  });
});

const classes = (): Tensor => randint(0, 3, [4]);
const losses: (readonly [string, Loss, () => Tensor])[] = [
  ["CrossEntropyLoss", new CrossEntropyLoss(), classes],
  ["CrossEntropyLoss, smoothed", new CrossEntropyLoss({ labelSmoothing: 0.1 }), classes],
  ["CrossEntropyLoss, probabilities", new CrossEntropyLoss(), () => rand(4, 3)],
  ["CrossEntropyLoss, weighed", new CrossEntropyLoss({ weight: tensor([1, 2, 3]), reduction: "sum" }), classes],
  ["NLLLoss", new NLLLoss(), classes],
  ["MSELoss", new MSELoss(), () => rand(4, 3)],
  ["MSELoss, of each", new MSELoss({ reduction: "none" }), () => rand(4, 3)],
  ["L1Loss", new L1Loss(), () => rand(4, 3)],
];

describe("losses leave nothing behind", () => {
  test.each(losses)("%s", (_, loss, target) => {
    const step = (): unknown => {
      const [x, y] = [randn([4, 3], { requiresGrad: true }), target()];
      const out = loss.forward(x, y);
      const total = out.sum();
      total.backward();
      return [x, y, out, total, x.grad];
    };
    expectNoLeak(step);
  });
});

const model = new Linear(4, 3);
const optimizers = [
  ["SGD", () => new SGD(model.parameters(), { lr: 0.1 })],
  ["SGD with momentum", () => new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true })],
  ["Adam", () => new Adam(model.parameters())],
  ["AdamW", () => new AdamW(model.parameters())],
] as const;

describe("a step leaves nothing behind", () => {
  test.each(optimizers)("%s", (_, make) => {
    const run = (): unknown => {
      const optimizer = make();
      const used = [1, 2].map(() => {
        const x = randn(2, 4);
        const out = model.forward(x);
        const loss = out.sum();
        loss.backward();
        optimizer.step();
        optimizer.zeroGrad();
        return [x, out, loss];
      });
      const state = optimizer.stateDict();
      const other = make();
      other.loadStateDict(state);
      return [used, state, other.stateDict()];
    };
    expectNoLeak(run);
  });

  test("of cut gradients", () => {
    const step = (): unknown => {
      const x = randn(2, 4);
      const out = model.forward(x);
      const loss = out.sum();
      loss.backward();
      clipGradValue_(model.parameters(), 0.5);
      const norm = clipGradNorm_(model.parameters(), 1);
      model.zeroGrad();
      return [x, out, loss, norm];
    };
    expectNoLeak(step);
  });

  test("a state dict, read and loaded", () => {
    expectNoLeak(() => {
      const state = model.stateDict();
      model.loadStateDict(state);
      return state;
    });
  });
});
