/** The samples of every optimizer and of every schedule. */
import { samples as adam } from "./adam.samples.ts";
import type { OptimizerSample } from "./sample.ts";
import { samples as sgd } from "./sgd.samples.ts";

export { type AnyOptimizer, type OptimizerSample, type SchedulerSample, schedulersFor } from "./sample.ts";
export { samples as schedulers } from "./schedules.samples.ts";

export const optimizers: readonly OptimizerSample[] = [...sgd, ...adam];
