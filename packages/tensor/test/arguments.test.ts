import * as ag from "@ag/tensor";
import {
  add,
  arange,
  at,
  cat,
  DTypeError,
  empty,
  eq,
  exp,
  fromBytes,
  full,
  IndexError,
  layerNorm,
  linspace,
  mean,
  ones,
  randn,
  ShapeError,
  slice,
  sum,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@ag/tensor";
import { describe, expect, test } from "vitest";

/** As JavaScript calls it: no type stands in the way. */
const call = (fn: unknown, ...args: readonly unknown[]): unknown =>
  (fn as (...args: readonly unknown[]) => unknown)(...args);
const method = (x: Tensor, name: string, ...args: readonly unknown[]): unknown =>
  (x as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[name]!(...args);

const x = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix

describe("what is no tensor and no number is refused, naming operation and argument", () => {
  const garbage: readonly unknown[] = [
    undefined,
    null,
    "2",
    "a",
    [1, 2],
    {},
    () => 1,
    Symbol("s"),
    new Date(0),
    new Map(),
  ];
  test.each([
    "add",
    "sub",
    "mul",
    "div",
    "pow",
    "eq",
    "lt",
    "maximum",
    "where",
    "matmul",
    "mm",
    "dot",
    "cat",
    "stack",
    "relu",
  ])("%s", (name) => {
    const op = (ag as Record<string, unknown>)[name];
    for (const value of garbage) {
      expect(() => call(op, value, x, x)).toThrow(ValueError);
      if (!["cat", "stack", "relu"].includes(name)) expect(() => call(op, x, value, value)).toThrow(ValueError);
    }
  });

  test("the message has PyTorch's fragment, what is needed, what came, and a hint", () => {
    expect(() => call(ag.relu, [1, 2])).toThrow(
      "relu: relu(): argument 'x' (position 1) must be Tensor, not Array: need Tensor; got [1, 2]. Make one: tensor(…).",
    );
    expect(() => method(x, "add", undefined)).toThrow(
      "add(): argument 'b' (position 2) must be Tensor or Number, not undefined",
    );
  });

  test("what is left out, and numbers where only tensors are right", () => {
    expect(() => call(add, x)).toThrow("add(): argument 'b' (position 2) must be Tensor or Number, not undefined");
    expect(() => call(ag.relu)).toThrow("relu(): argument 'x' (position 1) must be Tensor, not undefined");
    expect(() => call(ag.relu, 2)).toThrow("relu(): argument 'x' (position 1) must be Tensor, not number");
    expect(() => call(add.inPlace, 2, x)).toThrow("add_(): argument 'a' (position 1) must be Tensor, not number");
    expect(() => call(at, x, [0, 1])).toThrow("at(): argument 'index' (position 2) must be integer");
    expect(() => call(sum, x, ["0"])).toThrow("sum(): argument 'dim' (position 2) must be int, tuple of ints or None");
  });

  test.each([
    [null, "not null: need Tensor; got null."],
    [[1, 2, 3, 4, 5, 6, 7, 8], "got [1, 2, 3, 4, 5, 6, 7, 8]."],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], "got an array of 9."],
    [[[1], [2]], "got [[…], […]]."],
    ["a".repeat(40), `got "${"a".repeat(40)}".`],
    ["a".repeat(41), `got "${"a".repeat(40)}…".`],
    [new Map(), "not Map: need Tensor; got Map."],
    [() => 1, "must be Tensor, not function"],
    [1n, "got 1n."],
  ])("is shown in short: %#", (value, shown) => {
    expect(() => call(ag.relu, value)).toThrow(shown);
  });

  test("in place nothing has been written", () => {
    const y = tensor([1, 2, 3]);
    for (const name of ["mul_", "pow_", "add_", "div_", "copy_", "fill_", "maskedFill_", "setAt_"])
      for (const value of [undefined, null, "a", {}]) expect(() => method(y, name, value)).toThrow(ValueError);
    expect(y.tolist()).toEqual([1, 2, 3]);
  });

  test("NaN is a number, in place too", () => {
    const y = tensor([1, 2]);
    expect(y.add_(Number.NaN)).toBe(y);
    expect(y.tolist()).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("options", () => {
  test.each([
    [
      () => call(sum, x, 0, { keepDim: true }),
      "sum() got an unexpected keyword argument 'keepDim'",
      "Did you mean keepdim?",
    ],
    [() => call(tensor, [1], { requires_grad: true }), "'requires_grad'", "Did you mean requiresGrad?"],
    [() => call(ag.crossEntropy, x, x, { label_smoothing: 0.1 }), "'label_smoothing'", "Did you mean labelSmoothing?"],
    [() => call(ag.conv2d, x, x, null, { pading: 1 }), "'pading'", "Did you mean padding?"],
    [
      () => call(ag.avgPool2d, x, 2, { count_include_pad: true }),
      "'count_include_pad'",
      "Did you mean countIncludePad?",
    ],
    [() => call(ag.diagonal, x, 0, { dim_1: 0 }), "'dim_1'", "Did you mean dim1?"],
    [() => call(zeros, [2], { dtpye: "int64" }), "'dtpye'", "Did you mean dtype?"],
    [() => call(randn, 2, 3, { seed: 1 }), "'seed'", /need dtype, requiresGrad, device, generator; got seed\.$/],
  ])("an unknown key, with the nearest known one: %#", (wrong, fragment, hint) => {
    expect(wrong).toThrow(ValueError);
    expect(wrong).toThrow(fragment);
    expect(wrong).toThrow(hint);
  });

  test("something else in their place", () => {
    for (const value of [true, 1, "a", [1], x, new Map(), () => 1])
      expect(() => call(mean, x, 0, value)).toThrow(ValueError);
  });

  test("a wrong value", () => {
    expect(() => call(sum, x, 0, { keepdim: 1 })).toThrow("argument 'keepdim' must be bool, not number");
    expect(() => call(zeros, 2, { dtype: "float" })).toThrow(DTypeError);
    expect(() => call(zeros, 2, { device: "cuda" })).toThrow(
      "zeros(): argument 'device' must be \"cpu\" or a device, not string",
    );
    expect(() => call(ag.clamp, x, {})).toThrow("At least one of 'min' or 'max' must not be None");
    expect(() => call(ag.clamp, x)).toThrow(ValueError);
  });

  test("undefined is as left out; null is a value", () => {
    expect((call(sum, x, 0, { keepdim: undefined }) as Tensor).shape).toEqual([2]);
    expect(() => call(sum, x, 0, { keepdim: null })).toThrow(ValueError);
    expect((call(zeros, 2, undefined) as Tensor).shape).toEqual([2]);
  });

  test("one argument too many is not dropped", () => {
    expect(() => call(ag.relu, x, 0.1)).toThrow("relu() takes 1 positional argument but 2 were given");
    expect(() => call(mean, x, 0, {}, true)).toThrow(ValueError);
    expect((call(ag.relu, x, undefined) as Tensor).shape).toEqual([2, 2]);
  });

  test("no name of every object is an option", () => {
    for (const key of ["constructor", "toString", "__proto__"])
      expect(() => call(sum, x, 0, Object.fromEntries([[key, 1]]))).toThrow(ValueError);
  });
});

describe("whole numbers", () => {
  const broken = [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", true, 1n];
  test.each(broken)("%s is none", (n) => {
    const wrong: readonly (() => unknown)[] = [
      () => slice(n as number),
      () => slice(0, n as number),
      () => slice(0, 1, n as number),
      () => call(at, x, { kind: "slice", start: n, end: null, step: 1 }),
      () => call(ag.roll, x, n, 0),
      () => call(ag.diagonal, x, n),
      () => call(ag.narrow, x, 0, n, 1),
      () => call(ag.transpose, x, 0, n),
      () => call(ag.unsqueeze, x, n),
      () => call(ag.oneHot, tensor([1n]), n),
      () => call(sum, x, n),
      () => call(sum, x, [n]),
      () => call(ag.softmax, x, n),
      () => call(ag.split, x, n),
      () => call(ag.tril, x, n),
      () => call(zeros, n),
      () => call(empty, [n]),
      () => call(full, [n], 1),
      () => call(x.reshape.bind(x), n),
      () => call(ag.randperm, n),
      () => call(linspace, 0, 1, n),
      () => call(ag.eye, n),
      () => call(ag.maxPool2d, zeros(1, 4, 4), n),
    ];
    for (const attempt of wrong) {
      let error: unknown;
      try {
        attempt();
      } catch (caught) {
        error = caught;
      }
      expect(
        [ValueError, ShapeError, IndexError].some((kind) => error instanceof kind),
        `${String(attempt)} ${String(error)}`,
      ).toBe(true);
    }
    if (typeof n === "number") expect(() => at(x, n)).toThrow(IndexError);
  });

  test("an index has one ellipsis", () => {
    expect(() => at(x, "...", "…")).toThrow("an index can only have a single ellipsis ('...')");
    expect(() => at(x, "...", "...")).toThrow(IndexError);
    expect(at(x, "…", 1).tolist()).toEqual([2, 4]);
    expect(() => at(x, slice(0, 2, 0))).toThrow("step must be greater than zero");
  });

  test("nothing is read or written outside through a fraction", () => {
    expect(() => at(arange(0, 101).float(), slice(101 / 2))).toThrow(
      "slice indices must be integers or None or have an __index__ method",
    );
    const y = zeros([16]);
    expect(() => y.setAt_(1, { kind: "slice", start: 0.5, end: 16, step: 1 })).toThrow(IndexError);
    expect(() => call(at, y, { kind: "slice", start: 0, end: 16 })).toThrow(IndexError);
    expect(y.sum().item()).toBe(0);
  });
});

describe("a tensor owns its shape", () => {
  const makers: readonly (readonly [string, (shape: number[]) => Tensor])[] = [
    ["zeros", (s) => zeros(s)],
    ["ones", (s) => ones(s)],
    ["empty", (s) => empty(s)],
    ["full", (s) => full(s, 1)],
    ["randn", (s) => randn(s)],
    ["rand", (s) => ag.rand(s)],
    ["randint", (s) => ag.randint(0, 2, s)],
    ["fromBytes", (s) => fromBytes(new Uint8Array(24), "float32", s)],
    ["view", (s) => zeros(6).view(s)],
    ["reshape", (s) => zeros(6).reshape(s)],
    ["reshape of a transposed one", (s) => zeros(3, 2).t().reshape(s)],
    ["expand", (s) => zeros(1, 1).expand(s)],
    ["unflatten", (s) => zeros(6).unflatten(0, s)],
    ["asStrided", (s) => zeros(6).asStrided(s, [3, 1])],
  ];
  test.each(makers)("%s", (_, make) => {
    const shape = [2, 3];
    const y = make(shape);
    shape[0] = 10;
    expect(y.shape).toEqual([2, 3]);
    for (const list of [y.shape, y.size(), y.stride()] as unknown as number[][])
      expect(() => (list[0] = 9)).toThrow(TypeError); // the engine's own, for writing to a frozen array
    expect(y.shape).toEqual([2, 3]);
  });

  test("nor do later changes to other lists change anything", () => {
    const strides = [1, 2];
    const view = zeros(4).asStrided([2, 2], strides);
    strides[0] = 100;
    expect(view.stride()).toEqual([1, 2]);
  });
});

describe("data that are no numbers", () => {
  test.each([
    [null, "not null"],
    [undefined, "not undefined"],
    [{}, "not Object"],
    ["1", "not string"],
    [["1"], 'got "1". Use Number(…).'],
    [[1, undefined], "not undefined"],
    [new Array(2), "not undefined"],
    [[x, x], "Use stack for a list of tensors"],
    [x, "x.detach().clone()"],
    [[new Float32Array(2), new Float32Array(2)], "Use Array.from(…)"],
  ])("%#", (data, fragment) => {
    expect(() => call(tensor, data)).toThrow(ValueError);
    expect(() => call(tensor, data)).toThrow(fragment);
  });

  test("rows that differ", () => {
    for (const data of [
      [[1, 2], [3]],
      [[1], [2, 3]],
      [[1], 2],
      [1, [2]],
    ])
      expect(() => call(tensor, data)).toThrow(ShapeError);
  });

  test("an array that holds itself", () => {
    const self: unknown[] = [];
    self.push(self);
    expect(() => call(tensor, self)).toThrow(ShapeError);
    expect(() => call(add, x, self)).toThrow(ValueError);
  });
});

test("layerNorm takes PyTorch's order too", () => {
  const weight = tensor([2, 3]);
  const bias = tensor([1, -1]);
  const wanted = layerNorm(x, [2], { weight, bias, eps: 1e-3 }).tolist();
  expect(layerNorm(x, [2], weight, bias, { eps: 1e-3 }).tolist()).toEqual(wanted);
  expect(layerNorm(x, [2], null, bias).tolist()).toEqual(layerNorm(x, [2], { bias }).tolist());
  expect(() => call(layerNorm, x, [2], { weight }, bias)).toThrow(ValueError);
  expect(() => call(layerNorm, x, [2], weight, bias, 1e-3)).toThrow(ValueError);
});

test("layouts given to fromBytes stay within the bytes", () => {
  const bytes = new Uint8Array(16);
  for (const [shape, strides, offset] of [
    [[2], [1], -1],
    [[2], [1], 0.5],
    [[2], [0.5], 0],
    [[2], [-1], 1],
    [[5], [1], 0],
    [[2], [1, 1], 0],
    [[2 ** 30, 2 ** 30], [0, 2 ** 40], 0],
  ] as const)
    expect(() => fromBytes(bytes, "float32", shape, strides, offset)).toThrow(/^fromBytes: /);
  expect(fromBytes(new Uint8Array(0), "float32", [0], [1], 1).shape).toEqual([0]);
  expect(eq(fromBytes(bytes, "float32", [2], [1], 1), 0).tolist()).toEqual([true, true]);
});

test("a list of tensors holds nothing else", () => {
  for (const list of [[x, null], [x, 1], x, [[x]]]) expect(() => call(cat, list)).toThrow("must be tuple of Tensors");
});

test("out= is not there: what to write instead is said", () => {
  const out = ones(2);
  const call =
    (f: (...args: never[]) => unknown, ...args: unknown[]): (() => unknown) =>
    () =>
      f(...(args as never[]));
  for (const refused of [call(add, out, out, { out }), call(exp, out, { out }), call(sum, out, 0, { out })])
    expect(refused).toThrow("Write target.copy_(result)");
  expect(call(add, out, out, { beta: 1 })).not.toThrow("copy_");
});
