/** How does an argument read in a report? */
import { Tensor } from "@ag/tensor";

function showTensor(x: Tensor): string {
  if (x.storage.bytes === 0 && x.numel() > 0) return "disposed";
  const layout = x.isContiguous() ? "" : ` strides ${x.strides.join()}`;
  const kind = x.requiresGrad ? (x.isLeaf ? " leaf" : " tracked") : "";
  return `${x.dtype}[${x.shape.join()}]${layout}${kind}`;
}

function showObject(x: object): string {
  if (Array.isArray(x)) return `[${x.map(show).join(", ")}]`;
  if (x instanceof Map) return `Map {${[...x].map(([key, value]) => `${show(key)}: ${show(value)}`).join(", ")}}`;
  if (ArrayBuffer.isView(x)) return `${x.constructor.name}(${x.byteLength} bytes)`;
  if (x.constructor !== Object) return x.constructor?.name ?? "object";
  return `{${Object.entries(x)
    .map(([key, value]) => `${key}: ${show(value)}`)
    .join(", ")}}`;
}

/** Short text: tensors by dtype, shape and layout, other objects by what they hold. */
export function show(x: unknown): string {
  if (x instanceof Tensor) return showTensor(x);
  if (typeof x === "object" && x !== null) return showObject(x);
  if (typeof x === "function") return "a function";
  if (Object.is(x, -0)) return "-0";
  return typeof x === "string" ? JSON.stringify(x) : `${String(x)}${typeof x === "bigint" ? "n" : ""}`;
}
