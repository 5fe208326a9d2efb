/** Which tensors does a value hold, and what is known of each? */
import { Module } from "@ag/nn";
import { Tensor } from "@ag/tensor";

/** Every tensor in a value: in lists, Maps, objects, modules and optimizers, with their gradients and what they show. */
export function tensorsIn(value: unknown, found: Set<Tensor> = new Set(), seen: Set<unknown> = new Set()): Set<Tensor> {
  if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value)) return found;
  seen.add(value);
  if (value instanceof Tensor) {
    found.add(value);
    if (value.isLeaf) tensorsIn(value.grad, found, seen);
    tensorsIn(value.base, found, seen);
  } else if (value instanceof Map || value instanceof Set) {
    for (const item of [...value]) tensorsIn(item, found, seen);
  } else {
    if (value instanceof Module) for (const [, part] of value.namedBuffers()) tensorsIn(part, found, seen);
    for (const item of Object.values(value)) tensorsIn(item, found, seen);
  }
  return found;
}

export const isDisposed = (x: Tensor): boolean => x.storage.constructor.name === "DisposedStorage";

/** What a tensor's storage holds, all of it. */
const bytesOf = ({ storage }: Tensor): Uint8Array => storage.read(0, storage.bytes);

interface Known {
  readonly facts: string;
  readonly gradFn: unknown;
  readonly grad: Tensor | null;
  readonly bytes: Uint8Array | null;
}

function known(x: Tensor): Known {
  const { shape, strides, offset, dtype, requiresGrad, isLeaf } = x;
  const facts = [
    dtype,
    `shape ${shape.join()}`,
    `strides ${strides.join()}`,
    offset,
    requiresGrad,
    `version ${x.storage.version}`,
  ];
  const isLive = !isDisposed(x);
  return { facts: facts.join(", "), gradFn: x.gradFn, grad: isLeaf ? x.grad : null, bytes: isLive ? bytesOf(x) : null };
}

function differs(before: Known, x: Tensor): string | null {
  const now = known(x);
  if (now.facts !== before.facts) return `${before.facts} became ${now.facts}`;
  if (now.gradFn !== before.gradFn) return "history";
  if (now.grad !== before.grad) return "grad";
  if (before.bytes === null || now.bytes === null) return before.bytes === now.bytes ? null : "disposed";
  const wrong = now.bytes.findIndex((byte, i) => byte !== before.bytes![i]);
  return wrong < 0 ? null : `byte ${wrong} of ${now.bytes.length}`;
}

/** Remembers every tensor of a value; later says what changed, but for those that share memory with `except`. */
export function remember(value: unknown): (except?: unknown) => string | null {
  const before = [...tensorsIn(value)].map((x) => [x, known(x)] as const);
  return (except) => {
    const storage = except instanceof Tensor ? except.storage : null;
    for (const [x, was] of before) {
      const difference = x.storage === storage ? null : differs(was, x);
      if (difference !== null) return difference;
    }
    return null;
  };
}
