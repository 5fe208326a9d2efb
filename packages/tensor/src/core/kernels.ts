/**
 * Which device computes? The one that holds the result: a kernel's name here, and the cpu's function, or the same of another device.
 * Nothing else in this package knows of one. One function a kernel, so that bundles keep only what they call.
 */
import {
  allocate as allocateOnCpu,
  cpu,
  type Device,
  ElementError,
  type Formula,
  type IndexOptions,
  itemSize,
  type RandomState,
  type Storage,
  sizeOf,
  type View,
} from "@ag/kernels";
import { rowMajor } from "../layout/shape.ts";
import { creating } from "./creating.ts";

/** Null is the cpu. */
export type Place = Device | null;

const other = ({ storage }: View): Place => storage.device;

/** Memory for `bytes` bytes, not cleared. `label` names the operation that wants it. */
export function allocate(bytes: number, label: string, device: Place): Storage {
  const storage = device === null ? allocateOnCpu(bytes, label) : device.allocate(bytes, label);
  if (creating.isInference) storage.version = Number.NaN;
  return storage;
}

/** What to throw for an element that a kernel refuses, such as an index outside. */
export type Refusal = (element: number | bigint) => Error;

const refused = (error: unknown, refusal: Refusal | undefined): unknown =>
  refusal && error instanceof ElementError ? refusal(error.value) : error;

export const pointwise: Device["pointwise"] = (formula, operands, out, compute) =>
  (other(out)?.pointwise ?? cpu.pointwise)(formula, operands, out, compute);

/** Throws what `refusal` makes of the first element for which the condition does not hold. */
export function check(holds: Formula, x: View, refusal: Refusal, numbers?: readonly number[]): void {
  try {
    (other(x)?.check ?? cpu.check)(holds, x, numbers);
  } catch (error) {
    throw refused(error, refusal);
  }
}

export function copy(from: View, to: View): void {
  if (other(from) !== other(to)) carry(from, to);
  else (other(to)?.copy ?? cpu.copy)(from, to);
}

/** A row-major view of fresh memory. */
const room = ({ sizes, dtype }: View, device: Place): View => {
  const storage = allocate(sizeOf(sizes) * itemSize(dtype), "copy", device);
  return { storage, sizes, strides: rowMajor(sizes), dtype, offset: 0 };
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

export const reduce: Device["reduce"] = (kind, x, out, of) => (other(out)?.reduce ?? cpu.reduce)(kind, x, out, of);
export const argReduce: Device["argReduce"] = (kind, x, dim, values, indices) =>
  (other(indices)?.argReduce ?? cpu.argReduce)(kind, x, dim, values, indices);
export const cumsum: Device["cumsum"] = (x, dim, out) => (other(out)?.cumsum ?? cpu.cumsum)(x, dim, out);
export const sort: Device["sort"] = (x, dim, descending, values, indices) =>
  (other(values)?.sort ?? cpu.sort)(x, dim, descending, values, indices);

export const matmul: Device["matmul"] = (a, b, out, bias) => (other(out)?.matmul ?? cpu.matmul)(a, b, out, bias);

export const softmax: Device["softmax"] = (x, out, isLog) => (other(out)?.softmax ?? cpu.softmax)(x, out, isLog);
export const softmaxBackward: Device["softmaxBackward"] = (grad, y, out, isLog) =>
  (other(out)?.softmaxBackward ?? cpu.softmaxBackward)(grad, y, out, isLog);

export const convolution: Device["convolution"] = (kind, a, b, out, options) =>
  (other(out)?.convolution ?? cpu.convolution)(kind, a, b, out, options);

export const pool: Device["pool"] = (x, out, pooling) => (other(out)?.pool ?? cpu.pool)(x, out, pooling);
export const poolBackward: Device["poolBackward"] = (grad, out, pooling) =>
  (other(out)?.poolBackward ?? cpu.poolBackward)(grad, out, pooling);

export const batchNorm: Device["batchNorm"] = (x, out, options) =>
  (other(out)?.batchNorm ?? cpu.batchNorm)(x, out, options);
export const batchNormBackward: Device["batchNormBackward"] = (grad, x, options) =>
  (other(grad)?.batchNormBackward ?? cpu.batchNormBackward)(grad, x, options);
export const layerNormBackward: Device["layerNormBackward"] = (grad, x, options) =>
  (other(grad)?.layerNormBackward ?? cpu.layerNormBackward)(grad, x, options);

/** `refusal` says what is thrown for an index outside, where that can be. */
export function gather(x: View, index: View, out: View, options: IndexOptions, refusal?: Refusal): void {
  try {
    (other(out)?.gather ?? cpu.gather)(x, index, out, options);
  } catch (error) {
    throw refused(error, refusal);
  }
}
export function scatter(
  kind: "add" | "set",
  out: View,
  index: View,
  source: View,
  options: IndexOptions,
  refusal?: Refusal,
): void {
  try {
    (other(out)?.scatter ?? cpu.scatter)(kind, out, index, source, options);
  } catch (error) {
    throw refused(error, refusal);
  }
}
export const nonzero: Device["nonzero"] = (x, room) => (other(x)?.nonzero ?? cpu.nonzero)(x, room);

/** Of the cpu each kind is a function, so that bundles keep only what they draw. */
export function uniform(out: View, state: RandomState, from: number, to: number): void {
  const device = other(out);
  if (device) device.random({ kind: "uniform", from, to }, out, state);
  else cpu.uniform(out, state, from, to);
}
export function normal(out: View, state: RandomState, mean: number, std: number): void {
  const device = other(out);
  if (device) device.random({ kind: "normal", mean, std }, out, state);
  else cpu.normal(out, state, mean, std);
}
export function integers(out: View, state: RandomState, low: number, high: number): void {
  const device = other(out);
  if (device) device.random({ kind: "integers", low, high }, out, state);
  else cpu.integers(out, state, low, high);
}
export function bernoulli(out: View, state: RandomState, p: number): void {
  const device = other(out);
  if (device) device.random({ kind: "bernoulli", p }, out, state);
  else cpu.bernoulli(out, state, p);
}
export function permutation(out: View, state: RandomState): void {
  const device = other(out);
  if (device) device.random({ kind: "permutation" }, out, state);
  else cpu.permutation(out, state);
}

export const update: Device["update"] = (rule, arrays, scalars) => {
  const first = arrays[0]?.[0];
  ((first && other(first)?.update) ?? cpu.update)(rule, arrays, scalars);
};
