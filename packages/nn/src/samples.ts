/** The samples of every layer, and of the functions that initialise parameters and cut gradients. */
import { samples as activation } from "./activation.samples.ts";
import { samples as batchnorm } from "./batchnorm.samples.ts";
import { samples as clip } from "./clip.samples.ts";
import { samples as conv } from "./conv.samples.ts";
import { samples as dropout } from "./dropout.samples.ts";
import { samples as flatten } from "./flatten.samples.ts";
import { samples as init } from "./init.samples.ts";
import { samples as linear } from "./linear.samples.ts";
import { samples as loss } from "./loss.samples.ts";
import { samples as pooling } from "./pooling.samples.ts";
import type { CallSample, LayerSample } from "./sample.ts";
import { samples as sequential } from "./sequential.samples.ts";

export { type CallSample, type LayerSample, made, makeName, normal, Part, Recipe, Seed, stepName } from "./sample.ts";

export const layers: readonly LayerSample[] = [
  ...activation,
  ...batchnorm,
  ...conv,
  ...dropout,
  ...flatten,
  ...linear,
  ...loss,
  ...pooling,
  ...sequential,
];

export const calls: readonly CallSample[] = [...clip, ...init];
