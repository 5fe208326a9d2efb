export * from "./hub.ts";
export {
  BasicBlock,
  type BasicBlockOptions,
  type PretrainedOptions,
  ResNet,
  type ResNetOptions,
  resnet18,
  resnet34,
  type Stages,
  type UntrainedOptions,
} from "./resnet.ts";
export {
  type GivenWeights,
  type ImageTransforms,
  ResNet18_Weights,
  ResNet34_Weights,
  verifyWeights,
  type Weights,
  type WeightsEnum,
  type WeightsMeta,
} from "./weights.ts";
