import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  type Layer,
  Linear,
  MaxPool2d,
  Module,
  type Parameter,
  ReLU,
  Sequential,
} from "@ag/nn";
import { constant_, kaimingNormal_ } from "@ag/nn/init";
import { Feedforward, type Fitting, type Rule, type ShapeFrom } from "@ag/nn/internal";
import { add, flatten, type Shape, type Tensor, ValueError } from "@ag/tensor/fn";
import { aFlag, aWhole, type Differ, need, type Show, someWholes, type Takes } from "@ag/tensor/internal";
import { type HubOptions, loadStateDictFromUrl } from "./hub.ts";
import { type GivenWeights, ResNet18_Weights, ResNet34_Weights, verifyWeights, type WeightsEnum } from "./weights.ts";

const conv3x3 = (inPlanes: number, planes: number, stride: number): Conv2d =>
  new Conv2d(inPlanes, planes, 3, { stride, padding: 1, bias: false });

const projection = (inPlanes: number, planes: number, stride: number): Sequential =>
  new Sequential(new Conv2d(inPlanes, planes, 1, { stride, bias: false }), new BatchNorm2d(planes));

export interface BasicBlockOptions {
  readonly stride?: number;
  /** Brings the input to the shape of the output; null where it has it. */
  readonly downsample?: Layer | null;
}

const blockTakes: Takes = {
  inPlanes: aWhole,
  planes: aWhole,
  "options?": {
    stride: aWhole,
    downsample: [{ word: "Module", ok: (x) => x instanceof Module }, null],
  },
};

/**
 * Two 3×3 convolutions and the input again (He et al. 2015, figure 2).
 *
 * Shapes: [n, inPlanes, h, w] → [n, planes, ⌈h / stride⌉, ⌈w / stride⌉].
 */
export class BasicBlock extends Feedforward {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Layer | null;

  constructor(inPlanes: number, planes: number, options: BasicBlockOptions = {}) {
    super();
    need("BasicBlock", blockTakes, inPlanes, planes, options);
    const { stride = 1, downsample = null } = options;
    this.conv1 = conv3x3(inPlanes, planes, stride);
    this.bn1 = new BatchNorm2d(planes);
    this.relu = new ReLU({ inplace: true });
    this.conv2 = conv3x3(planes, planes, 1);
    this.bn2 = new BatchNorm2d(planes);
    this.downsample = downsample;
  }

  forward(x: Tensor): Tensor {
    const identity = this.downsample === null ? x : this.downsample.forward(x);
    let out = this.conv1.forward(x);
    out = this.bn1.forward(out);
    out = this.relu.forward(out);
    out = this.conv2.forward(out);
    out = this.bn2.forward(out);
    out = add.inPlace(out, identity);
    return this.relu.forward(out);
  }
}

export interface ResNetOptions<C extends number = number> {
  readonly numClasses?: C;
  /** Starts the last normalisation of each block at 0, so that blocks begin as identities (Goyal et al. 2017). */
  readonly zeroInitResidual?: boolean;
}

/** Numbers of blocks in the four stages. */
export type Stages = readonly [number, number, number, number];

/** The blocks of one stage. The projection is built before its block: its weights are drawn first, as in torchvision. */
function stage(inPlanes: number, planes: number, blocks: number, stride: number): Sequential {
  const downsample = stride === 1 && inPlanes === planes ? null : projection(inPlanes, planes, stride);
  const layers = [new BasicBlock(inPlanes, planes, { stride, downsample })];
  while (layers.length < blocks) layers.push(new BasicBlock(planes, planes));
  return new Sequential(...layers);
}

const resnetTakes: Takes = {
  stages: { word: "four ints", ok: (x) => someWholes.ok(x) && (x as Stages).length === 4 },
  options: { numClasses: aWhole, zeroInitResidual: aFlag, weights: null },
};

/** The last layer: of so many classes, if the type of the network says so, else any. */
type Classifier<C extends number> = `${C}` extends `${bigint}` ? Linear<512, C> : Linear | Layer;

/** What a network makes of images: a number for each of `C` classes. */
interface Classifying<C extends number> extends Rule {
  readonly output: Classified<this["input"], C>;
}
type Classified<S, C extends number> = [unknown] extends [S]
  ? Shape
  : S extends readonly [infer N extends number, infer In extends number, unknown, unknown]
    ? Differ<In, 3> extends true
      ? `channels ${In} and 3 differ: the input is ${Show<S>}`
      : [N, C]
    : Shape;

/**
 * A residual network of basic blocks (He et al. 2015), as torchvision builds it: the same structure, keys, numbers and
 * random draws.
 *
 * Shapes: [n, 3, h, w] → [n, numClasses].
 */
export class ResNet<C extends number = number> extends Feedforward {
  declare readonly "~rule": Classifying<C>;

  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly maxpool: MaxPool2d;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool: AdaptiveAvgPool2d;
  /**
   * The classifier; replace it to train the network for other classes. Where the type knows their number, `numClasses`
   * asks for another one; so does declaring the network as `ResNet`.
   */
  fc: Classifier<C>;

  constructor(stages: Stages, options: ResNetOptions<C> = {}) {
    super();
    need("ResNet", resnetTakes, stages, options);
    const { numClasses = 1000, zeroInitResidual = false } = options;
    this.conv1 = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new BatchNorm2d(64);
    this.relu = new ReLU({ inplace: true });
    this.maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
    this.layer1 = stage(64, 64, stages[0], 1);
    this.layer2 = stage(64, 128, stages[1], 2);
    this.layer3 = stage(128, 256, stages[2], 2);
    this.layer4 = stage(256, 512, stages[3], 2);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.fc = new Linear(512, numClasses) as Classifier<C>;
    this.#initialize(zeroInitResidual);
  }

  #initialize(zeroInitResidual: boolean): void {
    for (const module of this.modules()) {
      if (module instanceof Conv2d) kaimingNormal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
      if (zeroInitResidual && module instanceof BasicBlock) constant_(module.bn2.weight as Parameter, 0);
    } // batch normalisation already starts with weight 1 and bias 0
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    let out: Tensor = this.conv1.forward(x);
    out = this.bn1.forward(out);
    out = this.relu.forward(out);
    out = this.maxpool.forward(out);
    out = this.layer1.forward(out);
    out = this.layer2.forward(out);
    out = this.layer3.forward(out);
    out = this.layer4.forward(out);
    out = this.avgpool.forward(out);
    out = flatten(out, 1);
    const fc: Layer = this.fc;
    return fc.forward(out);
  }
}

export interface UntrainedOptions<C extends number = number> extends ResNetOptions<C> {
  readonly weights?: null;
}

/** Which weights, and how they are downloaded; their hash is always checked. */
export interface PretrainedOptions extends ResNetOptions, Omit<HubOptions, "checkHash" | "fileName"> {
  readonly weights: GivenWeights;
}

async function pretrained(stages: Stages, known: WeightsEnum, options: PretrainedOptions): Promise<ResNet> {
  const { weights, numClasses: given, zeroInitResidual = false, ...download } = options;
  const { url, meta } = verifyWeights(known, weights);
  const numClasses = given ?? meta.categories.length;
  if (numClasses !== meta.categories.length)
    throw new ValueError(
      `resnet: The parameter 'num_classes' expected value ${meta.categories.length} but got ${numClasses} instead. ` +
        "Load the weights, then replace fc.",
    );
  const model = new ResNet(stages, { numClasses, zeroInitResidual }); // draws as torchvision does, then the file replaces it
  model.loadStateDict(await loadStateDictFromUrl(url, { ...download, checkHash: true }));
  return model;
}

type Build = {
  <C extends number = 1000>(options?: UntrainedOptions<C>): ResNet<C>;
  (options: PretrainedOptions): Promise<ResNet>;
};

const build = (stages: Stages, known: WeightsEnum): Build =>
  ((options: UntrainedOptions | PretrainedOptions = {}) =>
    (options.weights ?? null) === null
      ? new ResNet(stages, options)
      : pretrained(stages, known, options as PretrainedOptions)) as Build;

/**
 * ResNet-18. At once without weights: `resnet18({ numClasses: 10 })`; with `weights: ResNet18_Weights.DEFAULT` a
 * promise, fulfilled when the file is downloaded (or found in the cache), checked and loaded.
 *
 * Throws {@link ValueError} for weights of another network, and for other numbers of classes than the weights have.
 */
export const resnet18: Build = /* @__PURE__ */ build([2, 2, 2, 2], ResNet18_Weights);

/** ResNet-34; called as {@link resnet18}. */
export const resnet34: Build = /* @__PURE__ */ build([3, 4, 6, 3], ResNet34_Weights);
