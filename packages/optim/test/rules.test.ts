/** The fused rules against the same rules in operations of tensors: this would catch a wrong table of samples. */
import "@ag/autograd";
import { Adagrad, Adam, AdamW, defineRule, Optimizer, RMSprop, type Rule, SGD } from "@ag/optim";
import { type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (): Tensor =>
  tensor(
    [
      [1, -2],
      [0.5, 3],
    ],
    { requiresGrad: true },
  );

describe("the rule as ordinary operations", () => {
  test("SGD with momentum and decay gives the same bits", () => {
    const a = leaf();
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
    const a = leaf();
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

/** Steps with gradient 3·p, after the options were changed. */
function stepped(optimizer: RMSprop | SGD | Adam, p: Tensor, steps: number, options: object = {}): void {
  Object.assign(optimizer.paramGroups[0]!, options);
  for (let i = 0; i < steps; i++) {
    p.grad = p.detach().mul(3);
    optimizer.step();
  }
}

describe("options that change between steps", () => {
  test("a rule is printed anew for other flags, and for numbers that are 0 no more", () => {
    const options = { lr: 0.05, momentum: 0.5 };
    for (const change of [{ maximize: true }, { nesterov: true }, { weightDecay: 0.5 }, { dampening: 0.25 }]) {
      const [p, q] = [leaf(), leaf()];
      const [changed, loaded] = [new SGD([p], options), new SGD([q], { ...options, ...change })];
      stepped(changed, p, 2);
      q.detach().copy_(p.detach());
      loaded.loadStateDict(changed.stateDict());
      stepped(changed, p, 2, change);
      stepped(loaded, q, 2, change);
      const fresh = leaf();
      stepped(new SGD([fresh], options), fresh, 4);
      expect(p.tolist()).toEqual(q.tolist());
      expect(p.tolist()).not.toEqual(fresh.tolist());
    }
  });

  test("a state that was not needed begins with the first step that does", () => {
    const p = leaf();
    const optimizer = new RMSprop([p], { lr: 0.05 });
    stepped(optimizer, p, 1);
    expect(Object.keys(optimizer.state.get(p)!)).toEqual(["step", "squareAvg"]);
    stepped(optimizer, p, 1, { momentum: 0.5, centered: true });
    const states = optimizer.stateDict().get("state") as Map<number, Map<string, unknown>>;
    expect([...states.get(0)!.keys()]).toEqual(["step", "square_avg", "momentum_buffer", "grad_avg"]);
    states.get(0)!.delete("grad_avg");
    const saved = optimizer.stateDict().set("state", states);
    expect(() => optimizer.loadStateDict(saved)).toThrow("need a tensor of shape [2, 2] as grad_avg; got undefined");
    (saved.get("param_groups") as Map<string, unknown>[])[0]!.set("centered", false);
    optimizer.loadStateDict(saved);
    expect(Object.keys(optimizer.state.get(p)!)).toEqual(["step", "squareAvg", "momentumBuffer"]);
  });

  test("powers of betas go on from any number of steps", () => {
    for (const betas of [
      [0.9, 0.999],
      [0.5, 0.75],
      [0.6, 0.7],
      [0.9, 0.999],
    ] as const) {
      const [a, b] = [leaf(), leaf()];
      const [long, short] = [new Adam([a], { lr: 0.05 }), new Adam([b], { lr: 0.05 })];
      stepped(long, a, 4);
      b.detach().copy_(a.detach());
      short.loadStateDict(long.stateDict());
      stepped(long, a, 2, { betas });
      stepped(short, b, 2, { betas });
      expect(a.tolist()).toEqual(b.tolist());
    }
  });
});

test("Adagrad remembers from the beginning, also of groups that are added", () => {
  const [p, q] = [leaf(), leaf()];
  const optimizer = new Adagrad([p], { initialAccumulatorValue: 0.5 });
  optimizer.addParamGroup({ params: [q], initialAccumulatorValue: 2 });
  expect([p, q].map((x) => (optimizer.state.get(x)!.sum as Tensor).tolist())).toEqual([
    [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  ]);
});

test("one optimizer updates parameters of both precisions", () => {
  const values = [1, -2, 0.5];
  const [single, double] = (["float32", "float64"] as const).map((dtype) =>
    tensor(values, { dtype, requiresGrad: true }),
  );
  const [alone, apart] = (["float32", "float64"] as const).map((dtype) =>
    tensor(values, { dtype, requiresGrad: true }),
  );
  const [both, ...each] = [new Adam([single!, double!]), new Adam([alone!]), new Adam([apart!])];
  for (const x of [single!, double!, alone!, apart!]) x.grad = x.detach().mul(3);
  for (const optimizer of [both, ...each]) optimizer!.step();
  expect([single!.tolist(), double!.tolist()]).toEqual([alone!.tolist(), apart!.tolist()]);
});

interface Rate {
  lr: number;
}

class Descent extends Optimizer<Rate> {
  static override readonly defaults: Rate = { lr: 0.5 };
  static override readonly rule: Rule<Rate> = defineRule({
    state: {},
    terms: ({ lr }) => ({ lr }),
    formula: (m, { param, grad }, { lr }) => ({ param: m.sub(param, m.mul(grad, lr)) }),
  });
}

class Ascent extends Descent {
  static override readonly rule: Rule<Rate> = defineRule({
    state: {},
    terms: ({ lr }) => ({ lr }),
    formula: (m, { param, grad }, { lr }) => ({ param: m.add(param, m.mul(grad, lr)) }),
  });
}

test("rules that look alike are not each other's", () => {
  const results = [Descent, Ascent].map((Own) => {
    const p = tensor([1, 2], { requiresGrad: true });
    p.grad = tensor([1, -1]);
    new Own([p]).step();
    return p.tolist();
  });
  expect(results).toEqual([
    [0.5, 2.5],
    [1.5, 1.5],
  ]);
  expect(() => new Descent([leaf()], { lr: -1 })).toThrow("Descent: Invalid learning rate");
});
