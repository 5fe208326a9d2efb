/** What is timed? Each workload gives a function that does one repetition; workloads.py holds the same in PyTorch. */
import "@ag/autograd";
import { noGrad } from "@ag/autograd";
import { resnet18 } from "@ag/models";
import { crossEntropy, Linear, ReLU, Sequential } from "@ag/nn";
import { SGD } from "@ag/optim";
import {
  add,
  exp,
  manualSeed,
  matmul,
  rand,
  randint,
  randn,
  scope,
  softmax,
  sum,
  type Tensor,
  tensor,
} from "@ag/tensor";

export interface Workload {
  readonly name: string;
  /** What one repetition's time is divided by, and the unit of the quotient. */
  readonly per?: number;
  readonly unit: "ms" | "us";
  readonly prepare: () => () => void;
}

export function residualStep(batch: number, size: number): () => void {
  const model = resnet18();
  const [data, labels] = [rand(batch, 3, size, size), rand(batch, 1000)];
  const optimizer = new SGD(model.parameters(), { lr: 1e-4, momentum: 0.9 });
  return () => {
    optimizer.zeroGrad();
    model.forward(data).sub(labels).sum().backward();
    optimizer.step();
  };
}

function perceptronStep(): () => void {
  const model = new Sequential(new Linear(784, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 10));
  const [x, y] = [randn(64, 784), randint(0, 10, [64])];
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  return () => {
    optimizer.zeroGrad();
    crossEntropy(model.forward(x), y).backward();
    optimizer.step();
  };
}

const LINKS = 100;

/** Operations on two elements, one after the other. */
function chain(x: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < LINKS / 2; i++) y = y.mul(1.01).add(0.01);
  return y;
}

const product = (n: number): Workload => ({
  name: `matmul ${n}`,
  unit: "ms",
  prepare: () => {
    const [a, b] = [randn(n, n), randn(n, n)];
    return () => matmul(a, b).dispose();
  },
});

/** An operation on 10 million elements. */
const long = (name: string, operation: (a: Tensor, b: Tensor) => Tensor): Workload => ({
  name: `${name}, 10M`,
  unit: "ms",
  prepare: () => {
    const [a, b] = [randn(10_000_000), randn(10_000_000)];
    return () => operation(a, b).dispose();
  },
});

export const workloads: readonly Workload[] = [
  { name: "tutorial step, 1x3x64x64", unit: "ms", prepare: () => residualStep(1, 64) },
  { name: "training step, 16x3x64x64", unit: "ms", prepare: () => residualStep(16, 64) },
  { name: "training step, 4x3x224x224", unit: "ms", prepare: () => residualStep(4, 224) },
  {
    name: "inference, 1x3x224x224",
    unit: "ms",
    prepare: () => {
      const model = resnet18().eval();
      const data = rand(1, 3, 224, 224);
      return () =>
        noGrad(() => {
          scope(() => void model.forward(data));
        });
    },
  },
  { name: "MLP 784-256-128-10, batch 64, step", unit: "ms", prepare: perceptronStep },
  {
    name: "operation on 2 elements, forward",
    unit: "us",
    per: LINKS,
    prepare: () => {
      const x = tensor([1, 2]);
      return () => void chain(x);
    },
  },
  {
    name: "operation on 2 elements, forward, in a scope",
    unit: "us",
    per: LINKS,
    prepare: () => {
      const x = tensor([1, 2]);
      return () => scope(() => void chain(x));
    },
  },
  {
    name: "operation on 2 elements, forward + backward",
    unit: "us",
    per: LINKS,
    prepare: () => {
      const x = tensor([1, 2], { requiresGrad: true });
      return () => {
        chain(x).sum().backward();
        x.grad = null;
      };
    },
  },
  product(512),
  product(1024),
  product(2048),
  long("add", add),
  long("exp", exp),
  long("sum", (x) => sum(x)),
  {
    name: "softmax, 1024x1024",
    unit: "ms",
    prepare: () => {
      const x = randn(1024, 1024);
      return () => softmax(x, 1).dispose();
    },
  },
  {
    name: "resnet18() construction",
    unit: "ms",
    prepare: () => () => {
      const model = resnet18();
      for (const x of [...model.parameters(), ...model.buffers()]) x.dispose();
    },
  },
];

/** Seeds alike, so both sides do the same work. */
export function prepared({ prepare }: Workload): () => void {
  manualSeed(0);
  return prepare();
}
