/** How does one run a sample on tensors of one's own, and hold everything that a user would hold? */
import { grad } from "@ag/autograd";
import { itemSize } from "@ag/kernels";
import { fromBytes, Tensor, tensor } from "@ag/tensor";
import { sizeOf, tensorBeside } from "@ag/tensor/internal";
import type { Sample } from "@ag/tensor/samples";

/** Every tensor in a value: itself, and in lists, Maps and plain objects. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (value instanceof Map || Array.isArray(value)) return [...value.values()].flatMap(tensorsIn);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
}

/** Every tensor among the arguments replaced: also in lists, and in the options. */
export function mapTensors(x: unknown, change: (x: Tensor) => Tensor): unknown {
  if (x instanceof Tensor) return change(x);
  if (Array.isArray(x)) return x.map((item) => mapTensors(item, change));
  if (typeof x === "object" && x !== null)
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, mapTensors(value, change)]));
  return x;
}

/** The same elements in the same layout, in a storage of its own. */
function copyOf(x: Tensor): Tensor {
  const whole = tensorBeside(x, [x.storage.bytes / itemSize(x.dtype)], [1], 0);
  const bytes = whole.rawBytes();
  whole.dispose();
  return fromBytes(bytes, x.dtype, x.shape, x.strides, x.offset);
}

/** What a backward starts with. */
export function ones({ shape, dtype }: Tensor): Tensor {
  const flat = tensor(new Float64Array(sizeOf(shape)).fill(1), { dtype });
  const out = flat.reshape(shape);
  flat.dispose();
  return out;
}

export interface Held {
  readonly args: readonly unknown[];
  readonly result: unknown;
  readonly gradOutputs: readonly Tensor[];
  readonly grads: readonly (Tensor | null)[];
}

/** Runs a sample; if wanted with floating inputs tracked, and its backward. */
export function runOwn({ args: given, isStep, run }: Sample, isTracked: boolean, createGraph = false): Held {
  const args = given.map((arg) =>
    mapTensors(arg, (x) => {
      const copy = copyOf(x);
      return isTracked && !isStep && x.isFloatingPoint() ? copy.requiresGrad_() : copy;
    }),
  );
  const result = run(...args);
  const outputs = tensorsIn(result).filter((out) => out.requiresGrad);
  if (outputs.length === 0) return { args, result, gradOutputs: [], grads: [] };
  const leaves = tensorsIn(args).filter((x) => x.isLeaf && x.requiresGrad);
  const gradOutputs = outputs.map(ones);
  return { args, result, gradOutputs, grads: grad(outputs, leaves, { gradOutputs, createGraph, allowUnused: true }) };
}
