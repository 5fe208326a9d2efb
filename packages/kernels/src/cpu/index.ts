/** The WebAssembly back end: the functions of {@link Kernels}. A namespace and not an object, so bundles keep only what they call. */
export { conv2d, conv2dInput, conv2dWeight } from "./conv/conv.ts";
export { arange, copy, fill } from "./copy/copy.ts";
export { countNonzero, gather, indexAdd, indexSelect, nonzero, scatterAdd } from "./gather/gather.ts";
export { matmul } from "./matmul/matmul.ts";
export { batchNorm, batchNormBackward } from "./norm/norm.ts";
export { layerNormBackward } from "./norm/rows.ts";
export { pointwise } from "./pointwise/pointwise.ts";
export { bernoulli, normal, permutation, randomIntegers, uniform } from "./random/random.ts";
export { argReduce, cumsum, reduce, sort } from "./reduce/reduce.ts";
export { softmax, softmaxBackward } from "./softmax/softmax.ts";
export { adam, sgd } from "./update/update.ts";
export {
  adaptiveAveragePool2d,
  adaptiveAveragePool2dBackward,
  averagePool2d,
  averagePool2dBackward,
  maxPool2d,
  maxPool2dBackward,
} from "./window/pool.ts";
