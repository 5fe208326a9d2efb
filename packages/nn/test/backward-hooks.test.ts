import { grad, noGrad } from "@ag/autograd";
import { Linear, Module, ReLU, Sequential } from "@ag/nn";
import { ones, type Tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

// Expected numbers, orders and texts were given by PyTorch 2.13.
class Two extends Module {
  forward(a: Tensor, b: Tensor): Tensor {
    return a.mul(2).add(b.mul(3));
  }
}
class Pair extends Module {
  forward(a: Tensor): readonly Tensor[] {
    return [a.mul(2), a.mul(3)];
  }
}

type Grads = readonly (Tensor | null)[];
const listed = (grads: Grads): unknown => grads.map((grad) => grad?.tolist() ?? null);
const leaf = (): Tensor => ones([2], { requiresGrad: true });

function log(module: Module): unknown[] {
  const seen: unknown[] = [];
  module.registerFullBackwardHook((_, inputs, outputs) => void seen.push(listed(inputs), listed(outputs)));
  return seen;
}

test("they see the gradients of inputs and outputs, the earlier one first", () => {
  const module = new Two();
  const seen = log(module);
  module.registerFullBackwardPreHook((_, outputs) => void seen.push(["before", listed(outputs)]));
  const out = module.forward(leaf(), leaf());
  expect(out.gradFn?.name).toBe("BackwardHookFunctionBackward");
  out.sum().backward();
  expect(seen).toEqual([
    ["before", [[1, 1]]],
    [
      [2, 2],
      [3, 3],
    ],
    [[1, 1]],
  ]);
});

test("an input that requires no grad has zeros, and none has null", () => {
  const module = new Two();
  const seen = log(module);
  module.forward(leaf(), ones(2)).sum().backward();
  expect(seen).toEqual([
    [
      [2, 2],
      [0, 0],
    ],
    [[1, 1]],
  ]);
  const linear = new Linear(2, 1);
  const others = log(linear);
  linear.forward(ones(1, 2)).sum().backward();
  expect(others).toEqual([[null], [[[1]]]]);
});

test("an output that was not used", () => {
  const module = new Pair();
  const seen = log(module);
  module.forward(leaf())[0]!.sum().backward();
  expect(seen).toEqual([[[2, 2]], [[1, 1], null]]);
});

test("what they return takes the place of the gradients", () => {
  const [a, b, module] = [leaf(), leaf(), new Two()];
  const hook = module.registerFullBackwardHook((_, [x, y]) => [x!.mul(10), y!.mul(100)]);
  module.registerFullBackwardPreHook((_, [out]) => [out!.mul(5)]);
  module.forward(a, b).sum().backward();
  expect(listed([a.grad, b.grad])).toEqual([
    [100, 100],
    [1500, 1500],
  ]);
  hook.remove();
  module.forward(a, b).sum().backward();
  expect(listed([a.grad, b.grad])).toEqual([
    [110, 110],
    [1515, 1515],
  ]);
});

test("they run from the last module to the first, and the one around them after them", () => {
  const net = new Sequential(new Linear(2, 2), new ReLU());
  const order: string[] = [];
  for (const module of [net, net.at(0), net.at(1)])
    module.registerFullBackwardHook(({ constructor: { name } }) => void order.push(name));
  net.forward(leaf()).sum().backward();
  expect(order).toEqual(["ReLU", "Linear", "Sequential"]);
});

test("nothing is recorded for them where nothing is", () => {
  const module = new Two();
  const seen = log(module);
  expect(noGrad(() => module.forward(leaf(), leaf())).requiresGrad).toBe(false);
  expect(seen).toEqual([]);
});

test("what cannot be is refused", () => {
  const module = new Two();
  module.registerFullBackwardHook((_, [first]) => [first!]);
  const out = module.forward(leaf(), leaf());
  expect(() => out.mul_(2)).toThrow("Output 0 of BackwardHookFunction is a view and is being modified inplace");
  expect(() => out.sum().backward()).toThrow("invalid number of grad_input, got 1, but expected 2");
  const linear = new Linear(2, 1);
  linear.registerFullBackwardHook(() => [ones(2)]);
  expect(() => linear.forward(ones(1, 2)).sum().backward()).toThrow(
    "where no input requires gradient should always return None",
  );
  expect(() => linear.registerFullBackwardHook(3 as never)).toThrow("'hook'");
});

test("errors say in which module they were raised, what came in, and who called", () => {
  class Net extends Module {
    readonly body = new Sequential(new ReLU(), new Sequential(new Linear(3, 4)));
    forward(x: Tensor): Tensor {
      return this.body.forward(x);
    }
  }
  const net = new Net();
  const raised = (): Error => {
    try {
      net.forward(ones(2, 5));
    } catch (error) {
      return error as Error;
    }
    throw new Error("nothing was raised");
  };
  const { message, stack } = raised();
  expect(message).toMatch(/\n {2}raised in body\.1\.0 \(Linear in Net\), which got float32 \[2, 5\]$/);
  expect(message.match(/raised in/g)).toHaveLength(1);
  expect(stack).toContain("body.1.0");
  expect(stack).toContain("backward-hooks.test.ts");
  const lambda = new (class Own extends Module {
    forward(): never {
      throw new TypeError("mine");
    }
  })();
  expect(() => lambda.forward()).toThrow(new TypeError("mine\n  raised in Own, which got nothing"));
});

describe("with gradients that do not come through the outputs", () => {
  class Leaking extends Module {
    kept: Tensor | undefined;
    forward(x: Tensor): Tensor {
      this.kept = x;
      return x.mul(x);
    }
  }

  test("they are not called", () => {
    const module = new Leaking();
    const seen = log(module);
    const x = leaf();
    const y = module.forward(x);
    y.sum().backward(undefined, { retainGraph: true });
    seen.length = 0;
    module.kept!.mul(5).sum().backward();
    expect([seen, x.grad?.tolist()]).toEqual([[], [7, 7]]);
  });

  test("such as those of a second backward", () => {
    const module = new Leaking();
    let calls = 0;
    module.registerFullBackwardHook((_, [grad]) => {
      calls++;
      return [grad!.mul(10)];
    });
    const x = leaf();
    const [slope] = grad(module.forward(x).sum(), x, { createGraph: true });
    expect([slope.tolist(), calls]).toEqual([[20, 20], 1]);
    slope.sum().backward();
    expect([x.grad?.tolist(), calls]).toEqual([[20, 20], 1]);
  });
});

test("they are those that the module had when it was called", () => {
  const module = new ReLU();
  const seen: string[] = [];
  const first = module.registerFullBackwardHook(() => void seen.push("first"));
  const out = module.forward(leaf());
  first.remove();
  module.registerFullBackwardHook(() => void seen.push("second"));
  out.sum().backward();
  expect(seen).toEqual(["first"]);
});

const [none, texts] = [
  "Backward hook for Modules where no input requires gradient should always return None",
  [
    "Backward pre hook returned an invalid number of grad_output, got ",
    "Backward hook returned an invalid number of grad_input, got ",
  ],
];
test.each<[string, unknown, string]>([
  ["a number", 5, "number"],
  ["an object", {}, "object"],
  ["a promise", Promise.resolve(), "object"],
  ["a tensor", ones(2), "object"],
  ["an empty list", [], "0"],
  ["a list that is too long", [null, null], "2"],
])("what they give must be a list of gradients: %s", (_, given, got) => {
  const hook = (): never => given as never;
  const [before, after, alone] = [new ReLU(), new ReLU(), new Linear(2, 2)];
  before.registerFullBackwardPreHook(hook);
  after.registerFullBackwardHook(hook);
  alone.registerFullBackwardHook(hook);
  expect(() => before.forward(leaf()).sum().backward()).toThrow(`${texts[0]}${got}, but expected 1`);
  expect(() => after.forward(leaf()).sum().backward()).toThrow(`${texts[1]}${got}, but expected 1`);
  if (!Array.isArray(given)) expect(() => alone.forward(ones(1, 2)).sum().backward()).toThrow(none);
});

test("a forward hook that registers another runs it from the next call on", () => {
  const module = new ReLU();
  let calls = 0;
  const hook = (): void => {
    calls++;
    if (calls < 10) module.registerForwardHook(hook);
  };
  module.registerForwardHook(hook);
  module.forward(leaf());
  expect(calls).toBe(1);
  module.forward(leaf());
  expect(calls).toBe(3);
});
