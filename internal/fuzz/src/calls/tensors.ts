/** What `@ag/tensor` and `@ag/autograd` export beside operations that have samples. */
import * as autograd from "@ag/autograd";
import * as ag from "@ag/tensor";
import type { Random } from "../random.ts";
import { type Method, method, type Subject } from "./subject.ts";
import { fresh } from "./values.ts";

type Row = readonly [name: string, args: (random: Random) => readonly unknown[], more?: Partial<Subject>];

const x = (random: Random, ...shape: number[]): ag.Tensor => fresh(random, shape);
const leaf = (random: Random, ...shape: number[]): ag.Tensor => x(random, ...shape).requiresGrad_();
const generator = (): ag.Generator => new ag.Generator().manualSeed(1);
const shape = (random: Random): number[] => random.pick([[2, 3], [4], [], [0, 2], [1, 5, 2]]);
const options = (random: Random): object => ({ dtype: random.pick(["float32", "float64", "int64"]) });
const any = { writes: "any" } as const;
const first = { writes: "first" } as const;

const formula = Object.assign(["-3 * ", " ** 2 + sin(", ") / 2"], { raw: ["-3 * ", " ** 2 + sin(", ") / 2"] });

const factories: readonly Row[] = [
  ["zeros", (r) => [shape(r), options(r)]],
  ["zeros", () => [2, 3]],
  ["ones", (r) => [shape(r), { requiresGrad: true }]],
  ["ones", () => [2, 3, { dtype: "int32" }]],
  ["empty", (r) => [shape(r), options(r)], { blank: true }],
  ["emptyLike", (r) => [x(r, 2, 3), options(r)], { blank: true }],
  ["emptyStrided", () => [[2, 3], [1, 2], "float32"], { blank: true }],
  ["full", (r) => [shape(r), 7, options(r)]],
  ["fullLike", (r) => [x(r, 2, 3), 1.5, options(r)]],
  ["zerosLike", (r) => [x(r, 2, 3), options(r)]],
  ["onesLike", (r) => [x(r, 2, 3), options(r)]],
  ["arange", () => [5, {}]],
  ["arange", (r) => [1, 10, 2, options(r)]],
  ["eye", (r) => [3, 4, options(r)]],
  ["linspace", (r) => [-1, 2.5, 5, options(r)]],
  ["fromBytes", () => [new Uint8Array(24), "float32", [2, 2], [3, 1], 0]],
  [
    "tensor",
    () => [
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "float64", requiresGrad: true },
    ],
  ],
  ["tensor", () => [new Float32Array([1, 2, 3]), { dtype: "int32" }]],
  ["tensor", () => [[1n, true, 2], {}]],
  ["rand", (r) => [shape(r), { generator: generator() }]],
  ["rand", () => [2, 3]],
  ["randn", (r) => [shape(r), { generator: generator(), dtype: "float64" }]],
  ["randint", (r) => [0, 5, shape(r), { generator: generator() }]],
  ["randperm", () => [6, { generator: generator() }]],
  ["randLike", (r) => [x(r, 2, 3), options(r)]],
  ["randnLike", (r) => [x(r, 2, 3), { dtype: "float32" }]],
];

const others: readonly Row[] = [
  ["at", (r) => [x(r, 3, 4), 0, ag.slice(1, 3)]],
  ["at", (r) => [x(r, 3, 4), "...", ag.slice(null, null, 2), null]],
  ["at", (r) => [leaf(r, 3, 4), ag.tensor([1n, 0n]), true]],
  ["at", (r) => [x(r, 3), ag.tensor([true, false, true])]],
  ["setAt_", (r) => [x(r, 3, 4), x(r, 2), 0, ag.slice(1, 3)], first],
  ["setAt_", (r) => [x(r, 3, 4), 1.5, ag.tensor([1n, 0n]), 2], first],
  ["slice", () => [1, 5, 2]],
  ["dropout", (r) => [leaf(r, 3, 4), 0.5, { training: true, generator: generator() }]],
  [
    "batchNorm",
    (r) => [x(r, 4, 3), x(r, 3), ag.ones(3), { weight: leaf(r, 3), bias: leaf(r, 3), training: true }],
    any,
  ],
  ["copy_", (r) => [x(r, 3, 4), x(r, 4)], first],
  ["fill_", (r) => [x(r, 3, 4), 2], first],
  ["zero_", (r) => [x(r, 3, 4)], first],
  ["maskedFill_", (r) => [x(r, 2, 2), ag.tensor([true, false]), 3], first],
  ["normal_", (r) => [x(r, 3, 4), 0, 1, generator()], first],
  ["uniform_", (r) => [x(r, 3, 4), -1, 1, generator()], first],
  ["bernoulli_", (r) => [x(r, 3, 4), 0.5, generator()], first],
  ["expr", (r) => [formula, x(r, 2), r.chance(0.5) ? 1.5 : leaf(r, 2)]],
  ["keep", (r) => [x(r, 2)]],
  ["isFloating", () => ["float32"]],
  ["promoteTypes", () => ["float32", "int64"]],
  ["resultType", (r) => [[x(r, 2), 1.5]]],
  ["scope", (r) => [() => x(r, 2).add(1)]],
  ["manualSeed", () => [3]],
  ["memory", () => []],
  ["numerics", () => ["reproducible"]],
  ["getNumThreads", () => []],
  ["setNumThreads", () => [1]],
  ["setMemoryLimit", () => [{ soft: 2 ** 22, hard: 2 ** 26 }]],
  ["setPrintOptions", () => [{ precision: 3, threshold: 10, edgeItems: 2, lineWidth: 60, sciMode: null }]],
];

const methods: readonly Row[] = [
  ["size", (r) => [x(r, 2, 3), 1]],
  ["stride", (r) => [x(r, 2, 3), 1]],
  ["requiresGrad_", (r) => [x(r, 2, 3), true], any],
  ["retainGrad", (r) => [leaf(r, 2, 3).mul(2)], any],
  ["backward", (r) => [leaf(r, 2, 3).exp(), x(r, 2, 3), { retainGraph: true, createGraph: false }], any],
  ["backward", (r) => [leaf(r, 2, 3).sum()], any],
  ["detach", (r) => [leaf(r, 2, 3)]],
  ["detach_", (r) => [leaf(r, 2, 3).mul(2)], any],
  ["isInference", (r) => [x(r, 2, 3)]],
  ["registerHook", (r) => [leaf(r, 2, 3).mul(2), (g: ag.Tensor) => g.mul(2)], any],
  ["registerPostAccumulateGradHook", (r) => [leaf(r, 2, 3), () => {}], any],
  ["dispose", (r) => [x(r, 2, 3)], any],
  ["numel", (r) => [x(r, 2, 3)]],
  ["dim", (r) => [x(r, 2, 3)]],
  ["storageOffset", (r) => [x(r, 2, 3)]],
  ["isContiguous", (r) => [x(r, 2, 3)]],
  ["isFloatingPoint", (r) => [x(r, 2, 3)]],
  ["item", (r) => [x(r, 1, 1)], { blank: true }],
  ["tolist", (r) => [x(r, 2, 3)]],
  ["data", (r) => [x(r, 2, 3)]],
  ["read", (r) => [x(r, 2, 3)]],
  ["rawBytes", (r) => [x(r, 2, 3)]],
  ["toString", (r) => [leaf(r, 2, 3)]],
];

const set =
  (name: string): Method =>
  (on, value) =>
    Reflect.set(on as object, name, value);

class Doubled extends autograd.AutogradFunction {
  static forward(ctx: autograd.Context, a: ag.Tensor): ag.Tensor {
    ctx.saveForBackward(a);
    return ag.mul(a, 2);
  }
  static backward(_ctx: autograd.Context, grad: ag.Tensor): ag.Tensor {
    return grad.mul(2);
  }
}

const double = (r: Random): ag.Tensor => x(r, 2).double().detach().requiresGrad_();

function gradients(): Subject[] {
  const {
    backward,
    grad,
    gradcheck,
    gradgradcheck,
    graphOf,
    toDot,
    noGrad,
    enableGrad,
    setGradEnabled,
    isGradEnabled,
    inferenceMode,
    isInferenceModeEnabled,
    detectAnomaly,
    setDetectAnomaly,
    savedTensorsHooks,
    disableSavedTensorsHooks,
    registerMultiGradHook,
    gradientEdge,
    onceDifferentiable,
  } = autograd;
  const usual = (result: unknown): unknown => {
    setDetectAnomaly(false);
    return result;
  };
  const rows: readonly Row[] = [
    ["backward", (r) => [leaf(r, 2).exp(), x(r, 2), { retainGraph: true }], { call: backward as Method, ...any }],
    ["backward", (r) => [[leaf(r, 2).sum(), leaf(r, 2).exp().sum()], null], { call: backward as Method, ...any }],
    ["gradcheck", (r) => [(a: ag.Tensor) => a.mul(a), [double(r)], { eps: 1e-6 }], { call: gradcheck as Method }],
    [
      "gradgradcheck",
      (r) => [(a: ag.Tensor) => a.exp(), [double(r)], null, { fastMode: true }],
      { call: gradgradcheck as Method },
    ],
    ["graphOf", (r) => [leaf(r, 2).exp().sum(), {}], { call: graphOf as Method }],
    ["toDot", (r) => [graphOf(leaf(r, 2).exp().sum())], { call: toDot as Method }],
    ["noGrad", (r) => [() => leaf(r, 2).mul(2)], { call: noGrad as Method }],
    ["enableGrad", (r) => [() => leaf(r, 2).mul(2)], { call: enableGrad as Method }],
    ["setGradEnabled", (r) => [r.chance(0.5), () => leaf(r, 2).mul(2)], { call: setGradEnabled as Method }],
    ["isGradEnabled", () => [], { call: isGradEnabled }],
    ["inferenceMode", (r) => [r.chance(0.5), () => x(r, 2).mul(2)], { call: inferenceMode as Method }],
    ["isInferenceModeEnabled", () => [], { call: isInferenceModeEnabled }],
    [
      "detectAnomaly",
      (r) => [() => leaf(r, 2).exp().sum().backward(), { checkNan: true }],
      { call: detectAnomaly as Method, ...any },
    ],
    [
      "setDetectAnomaly",
      (r) => [r.chance(0.5), { checkNan: false }],
      { call: (...args) => usual((setDetectAnomaly as Method)(...args)) },
    ],
    [
      "savedTensorsHooks",
      (r) => [(t: ag.Tensor) => t, (t: ag.Tensor) => t, () => leaf(r, 2).exp()],
      { call: savedTensorsHooks as Method },
    ],
    [
      "disableSavedTensorsHooks",
      (r) => ["not here", () => leaf(r, 2).exp()],
      { call: disableSavedTensorsHooks as Method },
    ],
    [
      "registerMultiGradHook",
      (r) => [[leaf(r, 2), leaf(r, 3)], () => {}, { mode: "all" }],
      { call: registerMultiGradHook as Method },
    ],
    ["gradientEdge", (r) => [leaf(r, 2).exp()], { call: gradientEdge as Method }],
    ["onceDifferentiable", () => [(_: autograd.Context, g: ag.Tensor) => g], { call: onceDifferentiable as Method }],
    [
      "Doubled.apply",
      (r) => [leaf(r, 2)],
      {
        call: (...args) =>
          Doubled.apply(...(args as [ag.Tensor]))
            .sum()
            .backward(),
        ...any,
      },
    ],
    [
      "grad",
      (r) => {
        const a = leaf(r, 2, 2);
        return [a.exp().mm(a), [a], { gradOutputs: x(r, 2, 2), createGraph: r.chance(0.5), allowUnused: true }];
      },
      { call: grad as unknown as Method },
    ],
  ];
  return rows.map(([name, args, more]) => ({ name, args, call: () => null, ...more }));
}

function generators(): Subject[] {
  const rows: readonly Row[] = [
    ["manualSeed", () => [generator(), 5n]],
    ["seed", () => [generator()]],
    ["initialSeed", () => [generator()]],
    ["getState", () => [generator()]],
    ["setState", () => [generator(), generator().getState()]],
    ["draw64", () => [generator()]],
  ];
  return rows.map(([name, args]) => ({ name: `generator.${name}`, args, call: method(name), receiver: true }));
}

export function tensors(): Subject[] {
  const exported = ag as unknown as Record<string, Method | undefined>;
  const functions = [...factories, ...others].flatMap(([name, args, more]) => {
    const call = exported[name];
    return call ? [{ name, args, call, ...more }] : [];
  });
  const onTensors = [...others, ...methods].flatMap(([name, args, more]) =>
    name in ag.Tensor.prototype ? [{ name: `x.${name}`, args, call: method(name), receiver: true, ...more }] : [],
  );
  return [
    ...functions,
    ...onTensors,
    { name: "x.grad =", args: (r) => [leaf(r, 2), x(r, 2)], call: set("grad"), receiver: true, ...any },
    { name: "x.requiresGrad =", args: (r) => [x(r, 2), true], call: set("requiresGrad"), receiver: true, ...any },
    ...generators(),
    ...gradients(),
  ];
}
