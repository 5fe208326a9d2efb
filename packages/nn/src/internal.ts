/** What the packages of @ag need of layers, and nobody else: it may change in any release, without notice. */
export { Feedforward } from "./module/feedforward.ts";
export type { Fitting, Rule, ShapeFrom } from "./module/ruled.ts";
