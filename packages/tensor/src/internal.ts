/** What the packages of @ag need of each other, and nobody else: it may change in any release, without notice. */
export {
  type Algebra,
  allDtypes,
  factsOf,
  formulas,
  itemSize,
  ONE_COPY,
  type Rule,
  type Storage,
  scalar,
} from "@ag/kernels";
export * from "./arguments/kinds.ts";
export { check, type Kind, need, signatureOf, type Takes, TENSOR } from "./arguments/signature.ts";
export { type Call, calls } from "./core/calls.ts";
export { creating, deviceName, isElsewhere, registerDevice, there } from "./core/creating.ts";
export { deepStack } from "./core/errors.ts";
export { describeForeign } from "./core/foreign.ts";
export { beginGuard, endLevel, endWithin, type Level, type Nesting } from "./core/nesting.ts";
export type { Args, Entry, Flow, Source } from "./core/op.ts";
export { gradAt, history, isParameter, isTrackedLeaf, place, placeOf } from "./core/place.ts";
export { historyOf, install, type Recorder } from "./core/recorder.ts";
export { enter, exempt, leave, outside, withScope } from "./core/scope.ts";
export { type Synchronous, synchronous } from "./core/synchronous.ts";
export { aliasOf, viewOf } from "./core/tensor.ts";
export { warnOnce } from "./core/warn.ts";
export { isInference, watching } from "./core/writing.ts";
export { clearGrad, type UpdateGroup, update } from "./engine/update.ts";
export { cloneLike } from "./layout/clone-like.ts";
export { converted } from "./layout/converted.ts";
export { sameShape, showShape, sizeOf } from "./layout/shape.ts";
export { filledLike } from "./make/fresh.ts";
export { fillNormal, fillUniform } from "./make/random.ts";
export { markParameter, markRequiresGrad, tensorBeside, tensorOfBytes } from "./make/raw.ts";
export { sumDim } from "./ops/reduce/sum-dim.ts";
export { reshapeTo } from "./ops/shape/reshape.ts";
export { asStridedOp, asStridedScatter, fromStrided, type Geometry } from "./ops/shape/strided-gradient.ts";
export type { Differ, Fits, Given, ShapeOf, Show } from "./shapes/known.ts";
export type { LinearOf } from "./shapes/product.ts";
export type { Flattened } from "./shapes/reshape.ts";
export type { Argument, Option, Told } from "./shapes/told.ts";
export type { Convolved2d, Moving, Pooled, PooledTo } from "./shapes/window.ts";
