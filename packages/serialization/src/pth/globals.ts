/** The names that a pickle may mention, and what stands for them here. Nothing is looked up by name anywhere else. */
import type { DType, Tensor } from "@ag/tensor/fn";
import { allDtypes, factsOf } from "@ag/tensor/internal";
import { show, unsafe } from "../errors.ts";
import { type Layout, StorageRef } from "./storage.ts";

/** What the surroundings of a pickle supply. */
export interface Surroundings {
  /** The storage behind a persistent id. */
  storage(id: readonly unknown[]): StorageRef;
  /** A tensor, or null while only the storages are being collected. */
  tensor(layout: Layout, requiresGrad: boolean): Tensor | null;
  /** Makes what `tensor` gave a parameter. */
  parameter(x: unknown, requiresGrad: boolean): unknown;
}

/** What a call inside of a pickle may use. */
export interface Caller extends Surroundings {
  /** Counts what is made in units of 32 bytes: a pickle must not grow without bound. */
  spend(units: number): void;
}

/** A function or class that a pickle may call. */
export class Callable {
  readonly name: string;
  readonly call: (args: readonly unknown[], caller: Caller) => unknown;

  constructor(name: string, call: (args: readonly unknown[], caller: Caller) => unknown) {
    this.name = name;
    this.call = call;
  }
}

/** A storage class; `dtype` is null for bytes without a type. */
export class StorageType {
  readonly dtype: DType | null;

  constructor(dtype: DType | null) {
    this.dtype = dtype;
  }
}

function refuse(need: string, got: string): never {
  throw unsafe(need, got);
}

/** Whether a value may be a key of a dict or a member of a set. */
export function checkKey(key: unknown): void {
  if (typeof key === "object" && key !== null && !Array.isArray(key))
    refuse("a key that can be compared", "a container");
}

/** An OrderedDict of nothing, of a dict, or (Python 2) of a list of pairs. */
function orderedDict([items = []]: readonly unknown[], caller: Caller): Map<unknown, unknown> {
  if (items instanceof Map) {
    caller.spend(2 * items.size);
    return new Map<unknown, unknown>(items);
  }
  if (!Array.isArray(items)) return refuse("an OrderedDict of pairs", typeof items);
  caller.spend(2 * items.length);
  const dict = new Map<unknown, unknown>();
  for (const pair of items as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return refuse("an OrderedDict of pairs", "something else");
    checkKey(pair[0]);
    dict.set(pair[0], pair[1]);
  }
  return dict;
}

function setOf([items = []]: readonly unknown[], caller: Caller): Set<unknown> {
  if (!Array.isArray(items)) return refuse("a set of a list", typeof items);
  caller.spend(items.length);
  for (const item of items) checkKey(item);
  return new Set<unknown>(items);
}

/** Bytes as protocol 2 writes them: a string of characters up to 255. */
function encoded([text, encoding]: readonly unknown[], caller: Caller): Uint8Array {
  if (typeof text !== "string" || encoding !== "latin1") return refuse("bytes as latin1 text", show(encoding));
  caller.spend(text.length / 32);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(i);
    bytes[i] = code < 256 ? code : refuse("bytes as latin1 text", `character ${code}`);
  }
  return bytes;
}

function sizes([tuple = []]: readonly unknown[]): unknown {
  return Array.isArray(tuple) ? tuple : refuse("a torch.Size of a tuple", typeof tuple);
}

function device([type, index]: readonly unknown[]): string {
  if (typeof type !== "string") return refuse("the name of a device", show(type));
  return index === undefined ? type : `${type}:${show(index)}`;
}

/** Storage, offset, shape, strides and what follows them; old versions stop earlier. */
function rebuilt(args: readonly unknown[], dtype: DType | null, metadata: unknown, caller: Caller): unknown {
  const [ref, offset, shape, strides, requiresGrad = false] = args;
  if (!(ref instanceof StorageRef)) return refuse("a tensor on a storage", "something else");
  if (metadata instanceof Map && metadata.size > 0)
    return refuse("a tensor without conjugate or negative bit", "one with");
  return caller.tensor({ ref, dtype, offset, shape, strides }, requiresGrad === true);
}

/** The attributes that a Parameter may carry (`…_with_state`) are left out: no layer of ours reads them. */
const parameter = ([x, requiresGrad = true]: readonly unknown[], caller: Caller): unknown =>
  caller.parameter(x, requiresGrad === true);

function rebuiltV3(args: readonly unknown[], caller: Caller): unknown {
  const dtype = allDtypes.find((known) => known === args[6]);
  return dtype === undefined ? refuse("a known dtype", show(args[6])) : rebuilt(args, dtype, args[7], caller);
}

const callables: readonly Callable[] = [
  new Callable("collections.OrderedDict", orderedDict),
  new Callable("collections.Counter", orderedDict),
  new Callable("builtins.set", setOf),
  new Callable("__builtin__.set", setOf),
  new Callable("_codecs.encode", encoded),
  new Callable("torch.Size", sizes),
  new Callable("torch.device", device),
  new Callable("torch._utils._rebuild_tensor", (args, caller) => rebuilt(args.slice(0, 4), null, null, caller)),
  new Callable("torch._utils._rebuild_tensor_v2", (args, caller) => rebuilt(args, null, args[6], caller)),
  new Callable("torch._utils._rebuild_tensor_v3", rebuiltV3),
  new Callable("torch._utils._rebuild_parameter", parameter),
  new Callable("torch._utils._rebuild_parameter_with_state", parameter),
];

const known: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...callables.map((callable) => [callable.name, callable] as const),
  ...allDtypes.flatMap((dtype) => {
    const name = `${factsOf(dtype).torch}Storage`;
    const type = new StorageType(dtype);
    return [
      [`torch.${dtype}`, dtype] as const,
      [`torch.${name}`, type] as const,
      [`torch.cuda.${name}`, type] as const,
    ];
  }),
  ["torch.storage.UntypedStorage", new StorageType(null)],
]);

/** What stands for a global; throws {@link UnpicklingError}, naming it, unless it is on the list. */
export function globalNamed(module: string, name: string): unknown {
  const full = `${module}.${name}`;
  const found = known.get(full);
  if (found !== undefined) return found;
  const got = `global ${show(full)}`;
  if (module === "torch" || module === "torch.storage")
    return refuse(`storages and dtypes among ${allDtypes.join(", ")}`, got);
  return refuse("a file of tensors, containers, numbers and strings", `${got}. Only weights are loaded, never code`);
}
