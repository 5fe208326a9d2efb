/**
 * Whose tensor is it? Two versions in node_modules, or a module reset of a test runner, load the library twice. Each copy
 * has a memory, a tape, modes and seeds of its own, so a tensor of one means nothing to the other.
 */
import { ONE_COPY, version } from "@ag/kernels";

/** One copy of this package. All copies know each other under a name that they share. */
interface Copy {
  readonly version: string;
  hasTape: boolean;
}
const self: Copy = { version, hasTape: false };

/** Under which every tensor has the copy that made it, and the global scope all copies. */
const brand: unique symbol = /* @__PURE__ */ Symbol.for("@ag/tensor");

/** Marks what is of this copy. */
export const mark = (prototype: object): object => Object.defineProperty(prototype, brand, { value: self });

const loaded = (): Copy[] => {
  const scope = globalThis as { [brand]?: Copy[] };
  scope[brand] ??= [];
  return scope[brand];
};

const both = (other: Copy): string => `Two copies of @ag/tensor are loaded (${version} and ${other.version})`;

/** A sentence that says what is wrong with `value` if it is a tensor of another copy, or a list with one; else null. */
export function describeForeign(value: unknown): string | null {
  const some: readonly unknown[] = Array.isArray(value) ? value : [value];
  const copy = some
    .map((x) => (x as { readonly [brand]?: Copy } | null | undefined)?.[brand])
    .find((one) => one && one !== self);
  if (!copy) return null;
  return `${both(copy)}; ${ONE_COPY}`;
}

/** Where the tape is, if it belongs to another copy only. */
export function describeMissingTape(): string | null {
  const other = loaded().find((copy) => copy !== self && copy.hasTape);
  return other ? `${both(other)}, and @ag/autograd belongs to the other one: ${ONE_COPY}` : null;
}

/**
 * Makes this copy known to others. Another version beside it is a mistake of an installation, and said at once; the same
 * version is what module resets, and pages of several bundles, load on purpose: said when tensors meet.
 */
export function announce(hasTape: boolean): void {
  self.hasTape ||= hasTape;
  const copies = loaded();
  if (copies.includes(self)) return;
  const other = copies.find((copy) => copy.version !== version);
  copies.push(self);
  if (other) console.warn(`UserWarning: ${both(other)}; ${ONE_COPY}`);
}
