/** Arguments of samples for Python, which makes of them what `made` makes of them here. */
import { made, Part, Recipe, Seed } from "@ag/nn/samples";
import type { Tensor } from "@ag/tensor";
import { encode, encodeTensor } from "./encode.ts";

/** As JSON. `name` says which numbers the tensors have. */
export function encodeGiven(x: unknown, name: string): unknown {
  if (x instanceof Recipe) {
    const value = made(x, name) as Tensor;
    const tensor = { tensor: encodeTensor(value) };
    return value.grad === null ? tensor : { leaf: [tensor, { tensor: encodeTensor(value.grad) }] };
  }
  if (x instanceof Seed) return { seed: x.seed };
  if (x instanceof Part) return { part: [x.name, x.make.map((item, i) => encodeGiven(item, `${name}.${i}`))] };
  if (x instanceof Map) return { map: [...x].map(([key, value]) => [key, encodeGiven(value, `${name}.${key}`)]) };
  if (Array.isArray(x)) return { list: x.map((item, i) => encodeGiven(item, `${name}.${i}`)) };
  if (typeof x !== "object" || x === null) return encode(x);
  const options = Object.entries(x).map(([key, value]) => [key, encodeGiven(value, `${name}.${key}`)]);
  return { options: Object.fromEntries(options) };
}
