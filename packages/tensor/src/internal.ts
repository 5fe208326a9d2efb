/** What the packages of @ag need of each other, and nobody else: it may change in any release, without notice. */
export type { Storage } from "@ag/kernels";
export * from "./arguments.ts";
export { cloneLike } from "./clone-like.ts";
export { describeForeign } from "./foreign.ts";
export type { Args, Entry, Gradient } from "./op.ts";
export { gradAt, history, isParameter, isTrackedLeaf, placeOf } from "./place.ts";
export { fillNormal, fillUniform } from "./random.ts";
export { asStridedView, markParameter, markRequiresGrad } from "./raw.ts";
export { install, type Recorder } from "./recorder.ts";
export { withScope } from "./scope.ts";
export { sameShape, showShape, sizeOf } from "./shape.ts";
export { check, type Kind, need, signatureOf, type Takes } from "./signature.ts";
export { aliasOf } from "./tensor.ts";
export { adamUpdate, clearGrad, sgdUpdate } from "./update.ts";
export { warnOnce } from "./warn.ts";
