/**
 * The WebAssembly back end: the functions of {@link Kernels}. A namespace and not an object, so bundles keep only what they call;
 * so each kind of random number is a function of its own too.
 */
export { convolution } from "./conv/conv.ts";
export { arange, copy, fill } from "./copy/copy.ts";
export { gather, nonzero, scatter } from "./gather/gather.ts";
export { matmul } from "./matmul/matmul.ts";
export { batchNorm, batchNormBackward } from "./norm/norm.ts";
export { layerNormBackward } from "./norm/rows.ts";
export { check } from "./pointwise/check.ts";
export { pointwise } from "./pointwise/pointwise.ts";
export { bernoulli, integers, normal, permutation, random, uniform } from "./random/random.ts";
export { argReduce, cumsum, reduce, sort } from "./reduce/reduce.ts";
export { softmax, softmaxBackward } from "./softmax/softmax.ts";
export { update } from "./update/update.ts";
export { pool, poolBackward } from "./window/pool.ts";
