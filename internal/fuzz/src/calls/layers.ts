/** Modules, losses, optimizers, schedules, files. */
import { readdirSync, readFileSync } from "node:fs";
import * as models from "@ag/models";
import * as nn from "@ag/nn";
import * as init from "@ag/nn/init";
import * as optim from "@ag/optim";
import * as files from "@ag/serialization";
import * as ag from "@ag/tensor";
import { Random } from "../random.ts";
import { notOurs } from "./judge.ts";
import { type Method, method, type Subject } from "./subject.ts";
import { fresh } from "./values.ts";

const any = { writes: "any" } as const;
const x = (random: Random, ...shape: number[]): ag.Tensor => fresh(random, shape);
const classes = (): ag.Tensor => ag.tensor([0n, 2n]);

type Class = new (...args: readonly unknown[]) => object;
type Inputs = (random: Random) => readonly unknown[];

/** What a layer is made of, and what it is then given. */
const layers: readonly (readonly [name: string, make: Inputs, forward: Inputs])[] = [
  ["GELU", () => [{ approximate: "tanh" }], (r) => [x(r, 2, 3)]],
  ["LeakyReLU", () => [0.1, { inplace: true }], (r) => [x(r, 2, 3)]],
  ["LogSoftmax", () => [1], (r) => [x(r, 2, 3)]],
  ["ReLU", () => [{ inplace: false }], (r) => [x(r, 2, 3)]],
  ["Sigmoid", () => [], (r) => [x(r, 2, 3)]],
  ["SiLU", () => [{ inplace: false }], (r) => [x(r, 2, 3)]],
  ["Softmax", () => [-1], (r) => [x(r, 2, 3)]],
  ["Tanh", () => [], (r) => [x(r, 2, 3)]],
  ["BatchNorm1d", () => [3, { eps: 1e-4, momentum: 0.2, affine: true }], (r) => [x(r, 4, 3)]],
  ["BatchNorm2d", () => [3, { trackRunningStats: false }], (r) => [x(r, 2, 3, 4, 4)]],
  ["Conv2d", () => [2, 4, 3, { stride: 2, padding: 1, groups: 2 }], (r) => [x(r, 2, 2, 6, 5)]],
  ["Conv2d", () => [2, 3, [3, 2], { padding: "same", bias: false }], (r) => [x(r, 2, 2, 6, 5)]],
  ["Dropout", () => [0.5, { inplace: false }], (r) => [x(r, 2, 3)]],
  ["Flatten", () => [{ startDim: 1, endDim: -1 }], (r) => [x(r, 2, 3, 4)]],
  ["Identity", () => [], (r) => [x(r, 2, 3)]],
  ["Linear", () => [3, 4, { bias: true }], (r) => [x(r, 2, 3)]],
  ["CrossEntropyLoss", () => [{ labelSmoothing: 0.1, reduction: "sum" }], (r) => [x(r, 2, 3), classes()]],
  ["L1Loss", () => [{ reduction: "none" }], (r) => [x(r, 2, 3), x(r, 2, 3)]],
  ["MSELoss", () => [{ reduction: "mean" }], (r) => [x(r, 2, 3), x(r, 2, 3)]],
  ["NLLLoss", () => [{ ignoreIndex: 1 }], (r) => [x(r, 2, 3), classes()]],
  ["AdaptiveAvgPool2d", () => [[2, 3]], (r) => [x(r, 2, 3, 6, 5)]],
  ["AvgPool2d", () => [2, { stride: 1, padding: 1, countIncludePad: false }], (r) => [x(r, 2, 3, 6, 5)]],
  ["MaxPool2d", () => [3, { stride: 2, padding: 1 }], (r) => [x(r, 2, 3, 6, 5)]],
  ["Sequential", () => [new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2)], (r) => [x(r, 2, 3)]],
  ["BasicBlock", () => [4, 4, { stride: 1 }], (r) => [x(r, 1, 4, 5, 5)]],
];

/** Makes a layer, and lets it run: what is wrong with its options may show only then. */
const tried =
  (Layer: Class, forward: Inputs): Method =>
  (...args) => {
    const layer = new Layer(...args);
    try {
      method("forward")(layer, ...forward(new Random(1)));
    } catch (error) {
      if (notOurs(error) !== null) throw error;
    }
    return layer;
  };

function layerSubjects(): Subject[] {
  const known = { ...nn, ...models } as unknown as Record<string, Class | undefined>;
  return layers.flatMap(([name, make, forward]): Subject[] => {
    const Layer = known[name];
    if (!Layer) return [];
    const made = (r: Random): object => new Layer(...make(r));
    const strict = name !== "Identity"; // which gives back whatever it is given
    return [
      { name: `new ${name}`, args: make, call: tried(Layer, forward), strict: true, ...any },
      {
        name: `${name}.forward`,
        args: (r) => [made(r), ...forward(r)],
        call: method("forward"),
        receiver: true,
        strict,
        blank: !strict,
        ...any,
      },
    ];
  });
}

const model = (): nn.Sequential => new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
const withBuffer = (): nn.Module => {
  const made = new nn.Identity();
  made.registerBuffer("seen", ag.zeros(2));
  return made;
};

type Row = readonly [name: string, args: Inputs, more?: Partial<Subject>];

const modules: readonly Row[] = [
  ["stateDict", () => [model()]],
  ["loadStateDict", () => [model(), model().stateDict(), { strict: true, assign: false }]],
  ["train", () => [model(), false]],
  ["eval", () => [model()]],
  ["to", () => [model(), "float64"]],
  ["requiresGrad_", () => [model(), false]],
  ["zeroGrad", () => [model()]],
  ["apply", () => [model(), () => {}]],
  ["registerForwardHook", () => [model(), () => {}]],
  ["registerForwardPreHook", () => [model(), () => {}]],
  ["registerFullBackwardHook", () => [model(), () => {}]],
  ["registerFullBackwardPreHook", () => [model(), () => {}]],
  ["registerBuffer", (r) => [model(), "seen", x(r, 2), { persistent: false }]],
  ["getBuffer", () => [withBuffer(), "seen"]],
  ["setBuffer", (r) => [withBuffer(), "seen", x(r, 2)]],
  ["namedParameters", () => [model()]],
  ["namedBuffers", () => [model()]],
  ["namedModules", () => [model()]],
  ["namedChildren", () => [model()]],
  ["parameters", () => [model()]],
  ["buffers", () => [model()]],
  ["modules", () => [model()]],
  ["children", () => [model()]],
  ["toString", () => [model()]],
  ["at", () => [model(), 0]],
  ["set", () => [model(), 1, new nn.ReLU()]],
  ["append", () => [model(), new nn.ReLU()]],
  ["forward", (r) => [model(), x(r, 2, 3)]],
];

const withGrad = (r: Random): nn.Parameter => {
  const p = new nn.Parameter(x(r, 2, 3));
  p.grad = x(r, 2, 3);
  return p;
};

const functions: readonly Row[] = [
  [
    "clipGradNorm_",
    (r) => [[withGrad(r)], 1, { normType: 2, errorIfNonfinite: true }],
    { call: nn.clipGradNorm_ as Method },
  ],
  ["clipGradValue_", (r) => [[withGrad(r)], 0.5], { call: nn.clipGradValue_ as Method }],
  ["modulePath", () => [], { call: nn.modulePath }],
  ["new Parameter", (r) => [x(r, 2, 3), true], { call: (...a) => new (nn.Parameter as unknown as Class)(...a) }],
  ["new ModuleList", () => [[new nn.ReLU()]], { call: (...a) => new (nn.ModuleList as unknown as Class)(...a) }],
  [
    "verifyWeights",
    () => ["DEFAULT"],
    { call: (given) => models.verifyWeights(models.ResNet18_Weights, given as "DEFAULT") },
  ],
  ["init.uniform_", (r) => [x(r, 3, 4), -1, 1, {}]],
  ["init.normal_", (r) => [x(r, 3, 4), 0, 2, {}]],
  ["init.constant_", (r) => [x(r, 3, 4), 2]],
  ["init.ones_", (r) => [x(r, 3, 4)]],
  ["init.zeros_", (r) => [x(r, 3, 4)]],
  ["init.calculateGain", () => ["leaky_relu", 0.1], { blank: true }],
  ["init.fansOf", (r) => [x(r, 3, 4)]],
  ["init.xavierUniform_", (r) => [x(r, 3, 4), { gain: 2 }]],
  ["init.xavierNormal_", (r) => [x(r, 3, 4), { gain: 2 }]],
  ["init.kaimingUniform_", (r) => [x(r, 3, 4), { a: 1, mode: "fan_out", nonlinearity: "relu" }]],
  ["init.kaimingNormal_", (r) => [x(r, 3, 4), { a: 1 }]],
];

const inits = init as unknown as Record<string, Method>;

type Optimizing = optim.Optimizer<{ lr: number }>;
const rules: readonly (readonly [name: string, options: object])[] = [
  ["SGD", { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0.1, nesterov: true }],
  ["Adam", { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1, maximize: true }],
  ["AdamW", { lr: 0.1 }],
  ["RMSprop", { lr: 0.1, alpha: 0.9, eps: 1e-6, momentum: 0.5, centered: true, weightDecay: 0.1 }],
  ["Adagrad", { lr: 0.1, lrDecay: 0.1, eps: 1e-6, initialAccumulatorValue: 0.1, weightDecay: 0.1 }],
];
const schedules: readonly (readonly [name: string, ...args: readonly unknown[]])[] = [
  ["StepLR", 2, { gamma: 0.5 }],
  ["MultiStepLR", [1, 3], { gamma: 0.5 }],
  ["ExponentialLR", 0.9, { lastEpoch: -1 }],
  ["CosineAnnealingLR", 5, { etaMin: 0.01 }],
  ["CosineAnnealingWarmRestarts", 3, { tMult: 2, etaMin: 0.01 }],
];

function optimizers(): Subject[] {
  const known = optim as unknown as Record<string, Class>;
  const stepped = (...args: readonly unknown[]): object => {
    const made = args[0] as Optimizing;
    made.step();
    return made;
  };
  const sgd = (r: Random): Optimizing =>
    stepped(new optim.SGD([withGrad(r)], { lr: 0.1, momentum: 0.9 })) as Optimizing;
  const on = (name: string, args: Inputs): Subject => ({
    name: `optimizer.${name}`,
    args,
    call: method(name),
    receiver: true,
    ...any,
  });
  const made = rules.map(
    ([name, options]): Subject => ({
      name: `new ${name}`,
      args: (r) => [r.chance(0.5) ? [withGrad(r)] : [{ params: [withGrad(r)], lr: 0.5 }], options],
      call: (...args) => stepped(new known[name]!(...args)),
      ...any,
    }),
  );
  const scheduled = schedules.map(
    ([name, ...args]): Subject => ({
      name: `new ${name}`,
      args: (r) => [sgd(r), ...args],
      call: (...given) => {
        const schedule = new known[name]!(...given) as optim.LRScheduler;
        schedule.step();
        schedule.loadStateDict(schedule.stateDict());
        return schedule.getLastLr();
      },
      ...any,
    }),
  );
  return [
    ...made,
    ...scheduled,
    on("step", (r) => [sgd(r), () => 1]),
    on("zeroGrad", (r) => [sgd(r), { setToNone: false }]),
    on("addParamGroup", (r) => [sgd(r), { params: [withGrad(r)], lr: 0.5 }]),
    on("stateDict", (r) => [sgd(r)]),
    on("loadStateDict", (r) => [sgd(r), sgd(r).stateDict()]),
    on("toString", (r) => [sgd(r)]),
    {
      name: "schedule.loadStateDict",
      args: (r) => [new optim.StepLR(sgd(r), 2), new optim.StepLR(sgd(r), 3).stateDict()],
      call: method("loadStateDict"),
      receiver: true,
      ...any,
    },
  ];
}

const folder = new URL("../../../../packages/serialization/test/files/", import.meta.url);
const contents = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)));

/** A file with some bytes changed, cut off or doubled. */
function damaged(random: Random): Uint8Array {
  const bytes = Uint8Array.from(random.pick(contents));
  const how = random.unit();
  if (how < 0.2) return bytes.slice(0, random.whole(0, bytes.length));
  if (how < 0.3) return Uint8Array.from([...bytes, ...bytes]);
  for (let n = random.whole(0, 4); n > 0; n--) {
    const at = random.whole(0, bytes.length);
    bytes[at] = random.chance(0.5) ? random.whole(0, 256) : bytes[at]! ^ (1 << random.whole(0, 8));
  }
  return bytes;
}

function filesSubjects(): Subject[] {
  const map = (r: Random): Map<string, ag.Tensor> =>
    new Map([
      ["a", x(r, 2)],
      ["b", classes()],
    ]);
  /** Strings are paths: those belong to the file system. */
  const read =
    (load: (source: Uint8Array) => Promise<unknown>): Method =>
    (source, ...rest) =>
      typeof source === "string" ? null : (load as Method)(source, ...rest);
  return [
    { name: "load", args: (r) => [damaged(r)], call: read(files.load) },
    { name: "loadSafetensors", args: (r) => [damaged(r)], call: read(files.loadSafetensors) },
    {
      name: "safetensorsBytes",
      args: (r) => [map(r), { metadata: { by: "us" } }],
      call: files.safetensorsBytes as Method,
    },
    {
      name: "saveSafetensors",
      args: (r) => [map(r), { metadata: { by: "us" } }],
      call: (given, ...rest) => (files.saveSafetensors as Method)(given, undefined, ...rest),
    },
    { name: "metadataOf", args: () => [model().stateDict()], call: files.metadataOf as Method },
  ];
}

export function layersAndFiles(): Subject[] {
  return [
    ...layerSubjects(),
    ...modules.map(
      ([name, args]): Subject => ({ name: `module.${name}`, args, call: method(name), receiver: true, ...any }),
    ),
    ...functions.map(
      ([name, args, more]): Subject => ({ name, args, call: inits[name.replace("init.", "")]!, ...any, ...more }),
    ),
    ...optimizers(),
    ...filesSubjects(),
  ];
}
