/**
 * Which device computes? The one that holds the result: a kernel's name here, and the cpu's function, or the same of another device.
 * Nothing else in this package knows of one. One function a kernel, so that bundles keep only what they call.
 */
import { allocate as allocateOnCpu, cpu, type Device, itemSize, type Storage, sizeOf, type View } from "@ag/kernels";

/** Null is the cpu. */
export type Place = Device | null;

const other = ({ storage }: View): Place => storage.device;

/** Memory for `bytes` bytes, not cleared. `label` names the operation that wants it. */
export const allocate = (bytes: number, label: string, device: Place): Storage =>
  device === null ? allocateOnCpu(bytes, label) : device.allocate(bytes, label);

export const pointwise: Device["pointwise"] = (formula, operands, out, compute) =>
  (other(out)?.pointwise ?? cpu.pointwise)(formula, operands, out, compute);

export function copy(from: View, to: View): void {
  if (other(from) !== other(to)) carry(from, to);
  else (other(to)?.copy ?? cpu.copy)(from, to);
}

/** A row-major view of fresh memory. */
const room = ({ sizes, dtype }: View, device: Place): View => {
  const storage = allocate(sizeOf(sizes) * itemSize(dtype), "copy", device);
  const strides = sizes.map((_, d) => sizeOf(sizes.slice(d + 1)));
  return { storage, sizes, strides, dtype, offset: 0 };
};

/** Copies from one device to another: row-major on the one, then bytes, then as wanted on the other. */
function carry(from: View, to: View): void {
  const dense = room(from, other(from));
  const arrived = room(from, other(to));
  try {
    copy(from, dense);
    arrived.storage.write(dense.storage.read(0, dense.storage.bytes));
    copy(arrived, to);
  } finally {
    dense.storage.release();
    arrived.storage.release();
  }
}
export const fill: Device["fill"] = (out, value) => (other(out)?.fill ?? cpu.fill)(out, value);
export const arange: Device["arange"] = (out, start, step) => (other(out)?.arange ?? cpu.arange)(out, start, step);

export const reduce: Device["reduce"] = (kind, x, out) => (other(out)?.reduce ?? cpu.reduce)(kind, x, out);
export const argReduce: Device["argReduce"] = (kind, x, dim, values, indices) =>
  (other(indices)?.argReduce ?? cpu.argReduce)(kind, x, dim, values, indices);
export const cumsum: Device["cumsum"] = (x, dim, out) => (other(out)?.cumsum ?? cpu.cumsum)(x, dim, out);
export const sort: Device["sort"] = (x, dim, descending, values, indices) =>
  (other(values)?.sort ?? cpu.sort)(x, dim, descending, values, indices);

export const matmul: Device["matmul"] = (a, b, out, bias) => (other(out)?.matmul ?? cpu.matmul)(a, b, out, bias);

export const softmax: Device["softmax"] = (x, out, isLog) => (other(out)?.softmax ?? cpu.softmax)(x, out, isLog);
export const softmaxBackward: Device["softmaxBackward"] = (grad, y, out, isLog) =>
  (other(out)?.softmaxBackward ?? cpu.softmaxBackward)(grad, y, out, isLog);

export const conv2d: Device["conv2d"] = (x, weight, bias, out, options) =>
  (other(out)?.conv2d ?? cpu.conv2d)(x, weight, bias, out, options);
export const conv2dInput: Device["conv2dInput"] = (grad, weight, out, options) =>
  (other(out)?.conv2dInput ?? cpu.conv2dInput)(grad, weight, out, options);
export const conv2dWeight: Device["conv2dWeight"] = (grad, x, out, options) =>
  (other(out)?.conv2dWeight ?? cpu.conv2dWeight)(grad, x, out, options);

export const maxPool2d: Device["maxPool2d"] = (x, out, indices, options) =>
  (other(out)?.maxPool2d ?? cpu.maxPool2d)(x, out, indices, options);
export const maxPool2dBackward: Device["maxPool2dBackward"] = (grad, indices, out) =>
  (other(out)?.maxPool2dBackward ?? cpu.maxPool2dBackward)(grad, indices, out);
export const averagePool2d: Device["averagePool2d"] = (x, out, options) =>
  (other(out)?.averagePool2d ?? cpu.averagePool2d)(x, out, options);
export const averagePool2dBackward: Device["averagePool2dBackward"] = (grad, out, options) =>
  (other(out)?.averagePool2dBackward ?? cpu.averagePool2dBackward)(grad, out, options);
export const adaptiveAveragePool2d: Device["adaptiveAveragePool2d"] = (x, out) =>
  (other(out)?.adaptiveAveragePool2d ?? cpu.adaptiveAveragePool2d)(x, out);
export const adaptiveAveragePool2dBackward: Device["adaptiveAveragePool2dBackward"] = (grad, out) =>
  (other(out)?.adaptiveAveragePool2dBackward ?? cpu.adaptiveAveragePool2dBackward)(grad, out);

export const batchNorm: Device["batchNorm"] = (x, out, options) =>
  (other(out)?.batchNorm ?? cpu.batchNorm)(x, out, options);
export const batchNormBackward: Device["batchNormBackward"] = (grad, x, options) =>
  (other(grad)?.batchNormBackward ?? cpu.batchNormBackward)(grad, x, options);
export const layerNormBackward: Device["layerNormBackward"] = (grad, x, options) =>
  (other(grad)?.layerNormBackward ?? cpu.layerNormBackward)(grad, x, options);

export const gather: Device["gather"] = (x, dim, index, out) => (other(out)?.gather ?? cpu.gather)(x, dim, index, out);
export const scatterAdd: Device["scatterAdd"] = (out, dim, index, source) =>
  (other(out)?.scatterAdd ?? cpu.scatterAdd)(out, dim, index, source);
export const indexSelect: Device["indexSelect"] = (x, dim, index, out) =>
  (other(out)?.indexSelect ?? cpu.indexSelect)(x, dim, index, out);
export const indexAdd: Device["indexAdd"] = (out, dim, index, source) =>
  (other(out)?.indexAdd ?? cpu.indexAdd)(out, dim, index, source);
export const countNonzero: Device["countNonzero"] = (x) => (other(x)?.countNonzero ?? cpu.countNonzero)(x);
export const nonzero: Device["nonzero"] = (x, out) => (other(out)?.nonzero ?? cpu.nonzero)(x, out);

export const uniform: Device["uniform"] = (out, state, from, to) =>
  (other(out)?.uniform ?? cpu.uniform)(out, state, from, to);
export const normal: Device["normal"] = (out, state, mean, std) =>
  (other(out)?.normal ?? cpu.normal)(out, state, mean, std);
export const randomIntegers: Device["randomIntegers"] = (out, state, low, high) =>
  (other(out)?.randomIntegers ?? cpu.randomIntegers)(out, state, low, high);
export const bernoulli: Device["bernoulli"] = (out, state, p) =>
  (other(out)?.bernoulli ?? cpu.bernoulli)(out, state, p);
export const permutation: Device["permutation"] = (out, state) =>
  (other(out)?.permutation ?? cpu.permutation)(out, state);

export const sgd: Device["sgd"] = (params, grads, buffers, options) =>
  ((params[0] && other(params[0])?.sgd) ?? cpu.sgd)(params, grads, buffers, options);
export const adam: Device["adam"] = (params, grads, expAvgs, expAvgSqs, options) =>
  ((params[0] && other(params[0])?.adam) ?? cpu.adam)(params, grads, expAvgs, expAvgSqs, options);
