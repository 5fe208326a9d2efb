import "@ag/autograd";
import { Adam, type AdamOptions, AdamW, SGD, type SGDOptions } from "@ag/optim";
import { type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import golden from "./goldens/optim.json" with { type: "json" };

type Dtype = "float32" | "float64";
type Options = Partial<SGDOptions> & Partial<AdamOptions>;

const rules = { SGD, Adam, AdamW };

const camel = (options: object): Options =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key.replace(/_([a-z])/g, (_, c) => c.toUpperCase()), value]),
  );

/** All numbers in a nested list. */
const numbers = (x: unknown): number[] => (Array.isArray(x) ? x.flatMap(numbers) : [Number(x)]);

function expectClose(ours: unknown, theirs: unknown, dtype: Dtype): void {
  const [a, b] = [numbers(ours), numbers(theirs)];
  expect(a.length).toBe(b.length);
  const tolerance = dtype === "float32" ? 1e-6 : 1e-14;
  a.forEach((x, i) => {
    const y = b[i] as number;
    expect(Math.abs(x - y), `${x} ${y}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(y)));
  });
}

function leaves(dtype: Dtype): [Tensor, Tensor] {
  const options = { dtype, requiresGrad: true };
  return [
    tensor(
      [
        [1, -2],
        [0.5, 3],
      ],
      options,
    ),
    tensor([0.3, -0.7, 1.1], options),
  ];
}

/** The loss of the golden script; the second parameter has no gradient in the first step. */
function lossOf(a: Tensor, b: Tensor, step: number): Tensor {
  const first = a.mul(a).add(a.mul(a).mul(a).div(3)).sum();
  return step === 0 ? first : first.add(b.mul(b).sum());
}

describe.each(golden.runs)("$rule $dtype $options", ({ rule, options, dtype, values, state, keys }) => {
  const type = dtype as Dtype;

  test("five steps and their state, as PyTorch", () => {
    const [a, b] = leaves(type);
    const optimizer = new rules[rule as keyof typeof rules]([a, b], { lr: 0.05, ...camel(options) });
    for (const [step, [wantedA, wantedB]] of values.entries()) {
      optimizer.zeroGrad();
      lossOf(a, b, step).backward();
      optimizer.step();
      expectClose(a.tolist(), wantedA, type);
      expectClose(b.tolist(), wantedB, type);
    }
    const saved = optimizer.stateDict();
    const [group] = saved.get("param_groups") as Map<string, unknown>[];
    expect([...group!.keys()]).toEqual(keys);
    const ours = saved.get("state") as Map<number, Map<string, Tensor>>;
    expect([...ours.keys()].map(String)).toEqual(Object.keys(state));
    for (const [i, held] of Object.entries(state)) {
      const mine = ours.get(Number(i))!;
      expect([...mine.keys()]).toEqual(Object.keys(held));
      for (const [name, value] of Object.entries(held)) expectClose(mine.get(name)!.tolist(), value, type);
    }
  });

  test("goes on from a loaded state with the same bits", () => {
    const whole = leaves(type);
    const halves = leaves(type);
    const make = (params: Tensor[]): SGD | Adam =>
      new rules[rule as keyof typeof rules](params, { lr: 0.05, ...camel(options) });
    let [optimizer, other] = [make(whole), make(halves)];
    for (let step = 0; step < 4; step++) {
      if (step === 2) {
        const next = make(halves);
        next.loadStateDict(other.stateDict());
        other = next;
      }
      for (const [params, rule] of [[whole, optimizer] as const, [halves, other] as const]) {
        rule.zeroGrad();
        lossOf(params[0], params[1], step).backward();
        rule.step();
      }
    }
    expect(halves.map((p) => p.tolist())).toEqual(whole.map((p) => p.tolist()));
    optimizer = other;
  });
});

describe("the rule as ordinary operations", () => {
  test("SGD with momentum and decay gives the same bits", () => {
    const [a] = leaves("float32");
    const start = a.detach().clone();
    const optimizer = new SGD([a], { lr: 0.05, momentum: 0.9, weightDecay: 0.1, dampening: 0.25 });
    let buffer: Tensor | null = null;
    let p: Tensor = start;
    for (let step = 0; step < 3; step++) {
      const grad = p.mul(3).add(p.mul(0.1));
      a.grad = a.detach().mul(3);
      optimizer.step();
      buffer = buffer === null ? grad : buffer.mul(0.9).add(grad.mul(0.75));
      p = p.add(buffer.mul(-0.05));
    }
    expect(a.tolist()).toEqual(p.tolist());
  });

  test("AdamW gives the same bits", () => {
    const [a] = leaves("float32");
    let p = a.detach().clone();
    const optimizer = new AdamW([a], { lr: 0.05 });
    let [mean, square] = [p.mul(0), p.mul(0)];
    let [power1, power2] = [1, 1];
    for (let step = 0; step < 3; step++) {
      const grad = p.mul(3);
      a.grad = a.detach().mul(3);
      optimizer.step();
      power1 *= 0.9;
      power2 *= 0.999;
      mean = mean.add(grad.sub(mean).mul(1 - 0.9));
      square = square.mul(0.999).add(grad.mul(1 - 0.999).mul(grad));
      const spread = square
        .sqrt()
        .div(Math.sqrt(1 - power2))
        .add(1e-8);
      p = p.mul(1 - 0.05 * 0.01).add(mean.mul(-(0.05 / (1 - power1))).div(spread));
    }
    expect(a.tolist()).toEqual(p.tolist());
  });
});
