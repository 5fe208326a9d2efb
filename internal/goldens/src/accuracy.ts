/** The calls whose errors are measured: those of the operations' samples, and steps of optimizers. */
import "@ag/autograd";
import { Adam, AdamW, SGD } from "@ag/optim";
import "@ag/tensor"; // some samples use methods
import type { Tensor } from "@ag/tensor";
import { type Makers, type Measured, type Sample, samples } from "@ag/tensor/samples";

export interface Call extends Pick<Sample, "op" | "name" | "torch" | "run"> {
  readonly args: Measured;
}

const rules = { SGD, Adam, AdamW };

function trained(rule: keyof typeof rules, p: Tensor, gradients: readonly Tensor[], options: object): Tensor {
  const optimizer = new rules[rule]([p], options);
  for (const gradient of gradients) {
    p.grad = gradient;
    optimizer.step();
  }
  return p.detach();
}

const steps = (rule: keyof typeof rules, count: number, options: object): Call => ({
  op: rule,
  name: `${count} steps, ${Object.keys(options).join(", ")}`,
  torch: `lambda p, gradients, **options: trained("${rule}", p, gradients, **options)`,
  run: (p, gradients) => trained(rule, p as Tensor, gradients as readonly Tensor[], options),
  args: ({ between, constant }) => [
    between([10_000]),
    Array.from({ length: count }, () => constant([10_000])),
    options,
  ],
});

export const calls: readonly Call[] = [
  ...samples.flatMap(({ op, name, torch, run, accuracy = [] }) =>
    accuracy.map((args) => ({ op, name, torch, run, args })),
  ),
  steps("SGD", 10, { lr: 0.1 }),
  steps("SGD", 30, { lr: 0.1, momentum: 0.9, weightDecay: 1e-2, nesterov: true }),
  steps("Adam", 30, { lr: 1e-2, weightDecay: 1e-2 }),
  steps("AdamW", 30, { lr: 1e-2, weightDecay: 1e-2 }),
];

/** In words: what Python makes as well. */
const words = {
  between: (shape: unknown, low = -1, high = 1) => ({ shape, range: [low, high] }),
  constant: (shape: unknown, low = -1, high = 1) => ({ shape, range: [low, high], constant: true }),
  below: (shape: unknown, end: number) => ({ shape, below: end }),
  booleans: (shape: unknown) => ({ shape, chance: true }),
} as unknown as Makers;

/** The arguments of a call, with descriptions in place of tensors. */
export const described = ({ args }: Call): readonly unknown[] => args(words);

export const askedOfAccuracy = (): unknown =>
  calls.map((call) => ({ op: call.op, name: call.name, torch: call.torch, args: described(call) }));
