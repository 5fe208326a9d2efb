/** Operations, with what their samples give them: as functions, as methods, and in place. */
import { itemSize } from "@ag/kernels";
import * as ag from "@ag/tensor";
import { tensorBeside } from "@ag/tensor/internal";
import { samples } from "@ag/tensor/samples";
import type { Random } from "../random.ts";
import { type Method, method, type Subject } from "./subject.ts";

const { fromBytes, Tensor } = ag;

/** The same elements in the same layout, in a storage of its own. */
function copied(x: ag.Tensor): ag.Tensor {
  const bytes = tensorBeside(x.detach(), [x.storage.bytes / itemSize(x.dtype)], [1], 0).rawBytes();
  return fromBytes(bytes, x.dtype, x.shape, x.strides, x.offset);
}

/** Tensors of one's own in the place of a sample's. */
function own(x: unknown, tracked: boolean): unknown {
  if (x instanceof Tensor) {
    const copy = copied(x);
    return tracked && copy.isFloatingPoint() ? copy.requiresGrad_() : copy;
  }
  if (Array.isArray(x)) return x.map((item) => own(item, tracked));
  if (typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype)
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, own(value, tracked)]));
  return x;
}

type Lists = readonly (readonly unknown[])[];

const drawnFrom =
  (lists: Lists) =>
  (random: Random): readonly unknown[] => {
    const tracked = random.chance(0.3);
    return random.pick(lists).map((arg) => own(arg, tracked));
  };

function formsOf(name: string, call: Method, lists: Lists): Subject[] {
  const writes: Subject["writes"] = name.endsWith("_") ? "first" : name === "batchNorm" ? "any" : undefined;
  const shared = { ...(writes ? { writes } : {}), strict: true } as const;
  const forms: Subject[] = [{ name, call, args: drawnFrom(lists), ...shared }];
  const onTensors = lists.filter(([first]) => first instanceof Tensor);
  if (onTensors.length === 0) return forms;
  const args = drawnFrom(onTensors);
  for (const form of [name, `${name}_`])
    if (form in Tensor.prototype) {
      const written = form.endsWith("_") ? ({ writes: "first" } as const) : {};
      forms.push({ name: `x.${form}`, call: method(form), args, receiver: true, ...shared, ...written });
    }
  return forms;
}

/** Arguments by exported function: of samples that call it as it is. */
function listsByName(): Map<string, (readonly unknown[])[]> {
  const exported = Object.entries(ag) as [string, unknown][];
  const listsOf = (fn: unknown): (readonly unknown[])[] =>
    samples.flatMap(({ run, args }) => (run === fn ? [args] : []));
  return new Map(exported.map(([name, fn]) => [name, listsOf(fn)] as const).filter(([, lists]) => lists.length > 0));
}

export const operations = (): Subject[] =>
  [...listsByName()].flatMap(([name, lists]) => formsOf(name, (ag as unknown as Record<string, Method>)[name]!, lists));
