/** The samples of every optimizer and of every schedule. */
import { samples as adagrad } from "./rules/adagrad.samples.ts";
import { samples as adam } from "./rules/adam.samples.ts";
import { samples as rmsprop } from "./rules/rmsprop.samples.ts";
import { samples as sgd } from "./rules/sgd.samples.ts";
import type { OptimizerSample } from "./sample.ts";

export { type AnyOptimizer, type OptimizerSample, type SchedulerSample, schedulersFor } from "./sample.ts";
export { samples as schedulers } from "./schedules/schedules.samples.ts";

export const optimizers: readonly OptimizerSample[] = [...sgd, ...adam, ...rmsprop, ...adagrad];
