import { ValueError } from "@ag/tensor/fn";
import { imagenetCategories } from "./imagenet-categories.ts";

/** How images become the input that weights were trained on, in this order; sizes in pixels. */
export interface ImageTransforms {
  /** The shorter edge is resized to this. */
  readonly resize: number;
  readonly interpolation: "bilinear";
  readonly antialias: boolean;
  /** The square in the middle that is kept. */
  readonly crop: number;
  /** Of each channel (red, green, blue) of values in [0, 1]: subtracted, … */
  readonly mean: readonly [number, number, number];
  /** … and divided by. */
  readonly std: readonly [number, number, number];
}

export interface WeightsMeta {
  readonly numParams: number;
  /** Smallest [height, width] of an image. */
  readonly minSize: readonly [number, number];
  /** What each output stands for. */
  readonly categories: readonly string[];
  /** Per cent on the validation set, as torchvision measured. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly recipe: string;
}

/** A trained state dict: where it is, and what belongs to it. */
export interface Weights {
  readonly name: string;
  readonly url: string;
  readonly transforms: ImageTransforms;
  readonly meta: WeightsMeta;
}

const imagenet: Pick<WeightsMeta, "minSize" | "categories" | "recipe"> = {
  minSize: [1, 1],
  categories: imagenetCategories,
  recipe: "https://github.com/pytorch/vision/tree/main/references/classification#resnet",
};

const transforms: ImageTransforms = {
  resize: 256,
  interpolation: "bilinear",
  antialias: true,
  crop: 224,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

const resnet18V1: Weights = {
  name: "ResNet18_Weights.IMAGENET1K_V1",
  url: "https://download.pytorch.org/models/resnet18-f37072fd.pth",
  transforms,
  meta: { ...imagenet, numParams: 11689512, metrics: { "ImageNet-1K": { "acc@1": 69.758, "acc@5": 89.078 } } },
};

const resnet34V1: Weights = {
  name: "ResNet34_Weights.IMAGENET1K_V1",
  url: "https://download.pytorch.org/models/resnet34-b627a593.pth",
  transforms,
  meta: { ...imagenet, numParams: 21797672, metrics: { "ImageNet-1K": { "acc@1": 73.314, "acc@5": 91.42 } } },
};

/** The weights of one architecture by name; `DEFAULT` are the best of them. */
export type WeightsEnum = { readonly IMAGENET1K_V1: Weights; readonly DEFAULT: Weights };

export const ResNet18_Weights: WeightsEnum = { IMAGENET1K_V1: resnet18V1, DEFAULT: resnet18V1 };

export const ResNet34_Weights: WeightsEnum = { IMAGENET1K_V1: resnet34V1, DEFAULT: resnet34V1 };

/** Weights, or their name: `ResNet18_Weights.DEFAULT` or `"DEFAULT"`. */
export type GivenWeights = Weights | keyof WeightsEnum;

/** The weights meant, or an error that lists those there are: weights of another architecture do not pass. */
export function verifyWeights(known: WeightsEnum, given: GivenWeights): Weights {
  const found = typeof given === "string" && Object.hasOwn(known, given) ? known[given] : given;
  const match = Object.values(known).find((weights) => weights === found);
  if (match) return match;
  const got = typeof given === "string" ? `"${given}"` : ((given as Partial<Weights> | null)?.name ?? typeof given);
  throw new ValueError(`weights: need one of ${Object.keys(known).join(", ")} of ${enumName(known)}; got ${got}.`);
}

const enumName = (known: WeightsEnum): string => known.DEFAULT.name.split(".")[0]!;
