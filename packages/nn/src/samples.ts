/** The samples of every layer, and of the functions that initialise parameters and cut gradients. */

import { samples as init } from "./init.samples.ts";
import { samples as activation } from "./layers/activation.samples.ts";
import { samples as batchnorm } from "./layers/batchnorm.samples.ts";
import { samples as conv } from "./layers/conv.samples.ts";
import { samples as dropout } from "./layers/dropout.samples.ts";
import { samples as flatten } from "./layers/flatten.samples.ts";
import { samples as linear } from "./layers/linear.samples.ts";
import { samples as loss } from "./layers/loss.samples.ts";
import { samples as pooling } from "./layers/pooling.samples.ts";
import { samples as sequential } from "./layers/sequential.samples.ts";
import type { CallSample, LayerSample } from "./sample.ts";
import { samples as clip } from "./utils/clip.samples.ts";

export {
  type CallSample,
  type LayerSample,
  layersFor,
  made,
  makeName,
  normal,
  Part,
  Recipe,
  Seed,
  stepName,
} from "./sample.ts";

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
