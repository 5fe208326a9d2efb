/** The samples of every optimizer and of every schedule. */
import { samples as adagrad } from "./rules/adagrad.samples.ts";
import { samples as adam } from "./rules/adam.samples.ts";
import { samples as rmsprop } from "./rules/rmsprop.samples.ts";
import { samples as sgd } from "./rules/sgd.samples.ts";
import type { OptimizerSample, SchedulerSample } from "./sample.ts";
import { samples as cosine } from "./schedules/cosine.samples.ts";
import { samples as steps } from "./schedules/schedules.samples.ts";

export {
  type AnyOptimizer,
  type OptimizerSample,
  optimizersFor,
  type SchedulerSample,
  schedulersFor,
} from "./sample.ts";

export const optimizers: readonly OptimizerSample[] = [...sgd, ...adam, ...rmsprop, ...adagrad];
export const schedulers: readonly SchedulerSample[] = [...steps, ...cosine];
