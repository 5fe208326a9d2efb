/** What the packages of @ag need of each other, and nobody else: it may change in any release, without notice. */
export type { Storage } from "@ag/kernels";
export * from "./arguments.ts";
export { cloneLike } from "./clone-like.ts";
export { converted } from "./converted.ts";
export { filledLike } from "./fresh.ts";
export type { Args, Entry, Gradient } from "./op.ts";
export { gradAt, history, isParameter, isTrackedLeaf, placeOf } from "./place.ts";
export { fillNormal, fillUniform } from "./random.ts";
export { markParameter, markRequiresGrad, tensorBeside, tensorOfBytes } from "./raw.ts";
export { install, type Recorder } from "./recorder.ts";
export { reshapeTo } from "./reshape.ts";
export { withScope } from "./scope.ts";
export { sameShape, showShape, sizeOf } from "./shape.ts";
export { check, type Kind, need, signatureOf, type Takes } from "./signature.ts";
export { sumDim } from "./sum-dim.ts";
export { aliasOf } from "./tensor.ts";
export { adamUpdate, clearGrad, sgdUpdate } from "./update.ts";
export { warnOnce } from "./warn.ts";
