/** What gradcheck says of functions, right and wrong: as PyTorch, of which gradcheck.py asks the same by name. */
import { AutogradFunction, type Context, GradcheckError, gradcheck, gradgradcheck } from "@ag/autograd";
import { tensor as make, max, onesLike, type Tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/gradcheck.json" with { type: "json" };

const doubles = (...values: number[]): Tensor => make(values, { dtype: "float64", requiresGrad: true });

type Many = Tensor | null | readonly (Tensor | null)[];
type Forward = (...x: readonly Tensor[]) => Tensor | readonly Tensor[];

/** A function that saves its inputs; its backward gets these and the gradients. */
function custom(forward: Forward, backward: (s: readonly Tensor[], ...g: Tensor[]) => Many, fills = true): Forward {
  class Custom extends AutogradFunction {
    static forward(ctx: Context, ...inputs: readonly Tensor[]): Tensor | readonly Tensor[] {
      ctx.saveForBackward(...inputs);
      ctx.setMaterializeGrads(fills);
      return forward(...inputs);
    }
    static backward(ctx: Context, ...grads: Tensor[]): Many {
      return backward(ctx.savedTensors, ...grads);
    }
  }
  return (...x) => Custom.apply(...x);
}

type Case = readonly [fn: Forward, inputs: Tensor | readonly Tensor[]];

const square: Forward = (x) => x!.mul(x!);
const double: Forward = (x) => x!.mul(2);
const pair: Forward = (x) => [x!.mul(2), x!.mul(3)];
const product: Forward = (a, b) => a!.mul(b!);
const matrix = (): Tensor => doubles(1, 2, 3, 4).detach().view(2, 2).requiresGrad_();
const x = (): Tensor => doubles(1, 2);
const y = (): Tensor => doubles(3, 5);
const spread = (): Tensor => doubles(1).detach().expand(3).requiresGrad_();
const floats = (): Tensor => make([1, 2], { requiresGrad: true });
const closed = x();
const isMissing = (g: Tensor): boolean => (g as Tensor | null) === null;

let runs = 0;
const withBit = (g: Tensor): Tensor => g.mul(2).add(g.mul(++runs * 1e-12));

function firstOff(g: Tensor): Tensor {
  const copy = g.clone();
  copy.at(0).fill_(0);
  return copy;
}

const orOnes = custom(double, ([x], g) => (isMissing(g!) ? onesLike(x!) : g!.mul(2)), false);
const threefold = custom(double, (_, g) => g!.mul(3));
const unrecorded = custom(square, ([x], g) => x!.mul(2).mul(g!).detach());
const forgetful = custom(square, ([x], g) => x!.detach().mul(2).mul(g!));

const planted: Readonly<Record<string, () => Case>> = {
  "another factor": () => [threefold, x()],
  "another sign": () => [custom(square, ([x], g) => x!.mul(-2).mul(g!)), x()],
  "the gradient is not used": () => [custom(double, (_, g) => onesLike(g!).mul(2)), x()],
  "a constant is added": () => [custom(double, (_, g) => g!.mul(2).add(1e-3)), x()],
  "a constant below the tolerance is added": () => [custom(double, (_, g) => g!.mul(2).add(1e-9)), x()],
  "no gradient": () => [custom(double, () => null), x()],
  transposed: () => [custom(square, ([x], g) => x!.mul(2).mul(g!).t()), matrix()],
  "the mean instead of the sum": () => [
    custom(product, ([a, b], g) => [g!.mul(b!), g!.mul(a!).mean(0, { keepdim: true })]),
    [x(), doubles(3)],
  ],
  swapped: () => [custom(product, ([a, b], g) => [g!.mul(a!), g!.mul(b!)]), [x(), y()]],
  "one element forgotten": () => [custom(double, (_, g) => firstOff(g!.mul(2))), x()],
  "a gradient that jitters": () => [custom(double, (_, g) => withBit(g!)), x()],
  "a gradient squared": () => [custom(double, (_, g) => g!.mul(2).mul(g!.abs())), x()],
  "twice a gradient squared": () => [custom(double, (_, g) => g!.mul(3).mul(g!)), x()],
  "a result that is forgotten": () => [custom(pair, (_, a) => a!.mul(2)), x()],
  "straight through a step": () => [
    custom(
      (x) => x!.floor(),
      (_, g) => g!,
    ),
    doubles(1.5, 2.25),
  ],
  bounded: () => [
    custom(
      (x) => x!.mul(30),
      (_, g) => g!.mul(30).clamp({ min: -1, max: 1 }),
    ),
    x(),
  ],
  "1 for what is missing": () => [orOnes, x()],
  "1 for what is missing, further down": () => [(x) => (orOnes(x!) as Tensor).mul(3), x()],
  "1 for one that is missing": () => [
    custom(pair, ([x], a, b) => (isMissing(a!) || isMissing(b!) ? onesLike(x!) : a!.mul(2).add(b!.mul(3))), false),
    x(),
  ],
  "null for one that is missing": () => [
    custom(pair, (_, a, b) => (isMissing(a!) || isMissing(b!) ? null : a!.mul(2).add(b!.mul(3))), false),
    x(),
  ],
  "refuses what is missing": () => [custom(double, (_, g) => g!.mul(2), false), x()],
  "zeros for what is missing": () => [custom(double, (_, g) => g!.mul(2)), x()],
};

type Check = (fn: Forward, inputs: Case[1]) => boolean;
const named = (prefix: string, run: Check, without?: string): Record<string, () => boolean> =>
  Object.fromEntries(
    Object.entries(planted)
      .filter(([name]) => name !== without)
      .map(([name, given]) => [`${prefix}: ${name}`, () => run(...given())]),
  );

const cases: Readonly<Record<string, () => boolean>> = {
  ...named("planted", (fn, inputs) => gradcheck(fn, inputs)),
  ...named("planted, fast", (fn, inputs) => gradcheck(fn, inputs, { fastMode: true })),
  ...named(
    "planted, without exception",
    (fn, inputs) => gradcheck(fn, inputs, { raiseException: false }),
    "refuses what is missing", // Python throws an error of its own
  ),
  right: () => gradcheck(square, [x()]),
  "right, of one tensor": () => gradcheck(square, x()),
  "right, by hand": () =>
    gradcheck(
      custom(square, ([x], g) => x!.mul(2).mul(g!)),
      x(),
    ),
  "right, fast": () => gradcheck(square, x(), { fastMode: true }),
  detached: () => gradcheck((x) => x!.detach().mul(2), [x()]),
  "detached, fast": () => gradcheck((x) => x!.detach().mul(2), [x()], { fastMode: true }),
  "detached, without exception": () => gradcheck((x) => x!.detach().mul(2), [x()], { raiseException: false }),
  "one result detached": () => gradcheck((x) => [x!.mul(2), x!.detach().mul(3)], [x()]),
  "the first result detached": () => gradcheck((x) => [x!.detach().mul(3), x!.mul(2)], [x()]),
  constant: () => gradcheck((x) => onesLike(x!), [x()]),
  "constant, fast": () => gradcheck((x) => onesLike(x!), [x()], { fastMode: true }),
  "whole numbers of it": () => gradcheck((x) => x!.mul(1e7).long(), [x()]),
  "no results": () => gradcheck(() => [], [x()]),
  "not derived by": () => gradcheck((a) => a!.mul(2), [x(), y()]),
  "the input": () => gradcheck((x) => x!, [x()]),
  "the input, fast": () => gradcheck((x) => x!, [x()], { fastMode: true }),
  "the input, and its square": () => gradcheck((x) => [x!, x!.mul(x!)], [x()]),
  "the input twice": () => gradcheck(product, [closed, closed]),
  "an input that is not passed": () => gradcheck(() => closed.mul(closed), [closed]),
  "no inputs": () => gradcheck(() => make([1, 1]), []),
  "inputs that need no gradient": () => gradcheck(square, [x().detach()]),
  empty: () => gradcheck(square, [doubles()]),
  "empty, fast": () => gradcheck(square, [doubles()], { fastMode: true }),
  overlapping: () => gradcheck(square, [spread()]),
  "overlapping, without exception": () => gradcheck(square, [spread()], { raiseException: false }),
  "overlapping, without gradient": () => gradcheck(product, [doubles(1, 2, 3), spread().detach()]),
  "one element, stride 0": () => gradcheck(square, [doubles(1).detach().asStrided([1], [0]).requiresGrad_()]),
  "transposed input": () => gradcheck(square, [matrix().detach().t().requiresGrad_()]),
  float32: () => gradcheck(square, [floats()]),
  "float32, wide": () => gradcheck(square, [floats()], { eps: 1e-2, atol: 1e-2 }),
  "float32 beside float64": () => gradcheck(product, [x(), floats()], { eps: 1e-2, atol: 1e-2 }),
  "a result in float32": () => gradcheck((x) => x!.float(), [x()]),
  "a result in float32, wide": () => gradcheck((x) => x!.float(), [x()], { eps: 1e-2, atol: 1e-2 }),
  "dtypes of gradients": () =>
    gradcheck(
      custom(double, (_, g) => g!.mul(2).float()),
      x(),
      { checkGradDtypes: true },
    ),
  "positions last": () => gradcheck((x) => Object.values(max(x!, 0)), [x()]),
  "a shape that changes": () => gradcheck((x) => x!.maskedSelect(x!.gt(1)).mul(1), [x()]),
  "at a bend": () => gradcheck((x) => x!.relu(), [doubles(0)]),
  "at a bend that is even": () => gradcheck((x) => x!.abs(), [doubles(0)]),
  "at a pole": () => gradcheck((x) => x!.sqrt(), [doubles(0)]),
  "not a number": () => gradcheck((x) => x!.log(), [doubles(-1)]),
  "another step": () => gradcheck((x) => x!.pow(3).mul(1e4), [x()], { eps: 1 }),
  "another step, far": () => gradcheck((x) => x!.pow(3), [x()], { eps: 1e-1, atol: 2e-2 }),
  "an absolute tolerance": () => gradcheck(threefold, x(), { atol: 2 }),
  "a relative tolerance": () => gradcheck(threefold, x(), { rtol: 0.6 }),
  "a relative tolerance that is small": () => gradcheck(threefold, x(), { rtol: 0.4 }),
  "jitter within the tolerance": () =>
    gradcheck(
      custom(double, (_, g) => withBit(g!)),
      x(),
      { nondetTol: 1e-3 },
    ),
  "missing gradients are not checked": () => gradcheck(orOnes, x(), { checkUndefinedGrad: false }),
  "twice: right": () => gradgradcheck(square, [x()]),
  "twice: right, of one tensor": () => gradgradcheck(square, x()),
  "twice: right, fast": () => gradgradcheck(square, x(), null, { fastMode: true }),
  "twice: linear": () => gradgradcheck(double, [x()]),
  "twice: the input": () => gradgradcheck((x) => x!, [x()]),
  "twice: several results": () => gradgradcheck((x) => [x!.exp(), x!.mul(x!)], [x()]),
  "twice: scattered gradients": () => gradgradcheck(square, [matrix()], null, { genNonContigGradOutputs: true }),
  "twice: given gradients": () => gradgradcheck(square, [x()], [y()]),
  "twice: one given gradient": () => gradgradcheck(square, x(), y()),
  "twice: constant gradients": () => gradgradcheck(square, [x()], [y().detach()]),
  "twice: constant gradients of what is linear": () => gradgradcheck(double, [x()], [y().detach()]),
  "twice: nothing is recorded": () => gradgradcheck(unrecorded, x()),
  "twice: nothing is recorded, without exception": () =>
    gradgradcheck(unrecorded, x(), null, { raiseException: false }),
  "twice: the input is not recorded": () => gradgradcheck(forgetful, x()),
  "twice: the input is not recorded, fast": () => gradgradcheck(forgetful, x(), null, { fastMode: true }),
  "twice: the gradient is not recorded": () =>
    gradgradcheck(
      custom(square, ([x], g) => x!.mul(2).mul(g!.detach())),
      x(),
    ),
  "twice: no result is recorded": () => gradgradcheck((x) => x!.detach().mul(2), x()),
  "twice: overlapping": () => gradgradcheck(square, [spread()]),
  "twice: overlapping gradient": () => gradgradcheck(square, [doubles(1, 2, 3)], [spread()]),
  "twice: too few gradients": () => gradgradcheck(pair, [x()], [y()]),
};

type Verdict = boolean | { readonly error: string; readonly says: string };

/** PyTorch's words for what Python itself says. */
const inPython: Readonly<Record<string, string>> = {
  "'NoneType' object has no attribute 'mul'": "Expected backward function to handle undefined output grads",
  "<lambda>.<locals>.<lambda>() missing 1 required positional argument: 'x'": "need a function with a result",
};

function verdictOf(run: () => boolean): boolean | { readonly isWrong: boolean; readonly message: string } {
  try {
    return run();
  } catch (error) {
    return { isWrong: error instanceof GradcheckError, message: (error as Error).message };
  }
}

test("the cases are those that PyTorch was asked", () => {
  expect(Object.keys(cases)).toEqual(Object.keys(goldens));
});

describe("gradcheck says what PyTorch says", () => {
  test.each(Object.entries(goldens as Record<string, Verdict>))("%s", (name, golden) => {
    const verdict = verdictOf(cases[name]!);
    if (typeof golden === "boolean" || typeof verdict === "boolean") {
      expect(verdict).toBe(golden);
      return;
    }
    const says =
      inPython[golden.says] ?? golden.says.replace(/ on index.*/, "").replace("gradcheck expects", "expects");
    expect(verdict.message).toContain(says.slice(0, 80));
    expect(verdict.isWrong).toBe(golden.error === "GradcheckError" || says.includes("undefined output"));
  });
});

describe("gradcheck", () => {
  test("leaves its inputs as they were, graphs that saved them too", () => {
    const own = x();
    const before = square(own) as Tensor;
    expect(gradcheck(square, own)).toBe(true);
    const fails: Forward = (x) => {
      if (x!.detach().data()[1] !== 2) throw new Error("moved");
      return x!.mul(2);
    };
    expect(() => gradcheck(fails, own)).toThrow("moved");
    expect(own.tolist()).toEqual([1, 2]);
    before.sum().backward();
    expect(own.grad?.tolist()).toEqual([2, 4]);
  });

  test("shows both matrices, also of what failed along one direction", () => {
    const run = (fastMode: boolean, atol: number): boolean => gradcheck(threefold, x(), { fastMode, atol });
    expect(() => run(false, 1e-5)).toThrow(/numerical:tensor\(\[\[2[.]0000.*analytical:tensor\(\[\[3[.], 0[.]\]/s);
    expect(() => run(true, 1e-5)).toThrow(
      /Analytical:\ntensor.*max per-element difference \(slow mode\) is: (1|0[.]99)/s,
    );
    expect(() => run(true, 0.9)).not.toThrow("differences are small");
  });

  test("needs functions, tensors, and options that exist", () => {
    expect(() => gradcheck("x" as never, [x()])).toThrow("'fn'");
    expect(() => gradcheck(square, [1] as never)).toThrow("'inputs'");
    expect(() => gradcheck(square, x(), { eps: "1" as never })).toThrow("'eps'");
    expect(() => gradcheck(square, x(), { step: 1 } as never)).toThrow("'step'");
    expect(() => gradgradcheck(square, x(), { eps: 1 } as never)).toThrow("'gradOutputs'");
    expect(() => gradcheck(() => 3 as never, x())).toThrow("'outputs'");
  });
});
