/**
 * Who gives back what passes between modules? JavaScript does not tell who holds a tensor. So a call gives something back
 * only if it was made by a part, for this call, and was seen by nobody but modules that keep nothing: see `Feedforward`.
 * Hooks, other modules, and functions in the place of a `forward` are strangers: what they may have seen is left to
 * whoever holds it. Graphs hold for themselves what backward will read.
 */
import { Tensor } from "@ag/tensor/fn";
import type { Callee, Forward } from "./call.ts";
import type { Module } from "./module.ts";

/** A call of a module, and what is in it. */
export interface Passage {
  readonly module: Module;
  /** What parts gave and no stranger saw. Null unless the module keeps nothing, and while its hooks run. */
  made: Set<Tensor> | null;
  /** Whether another module was called in it. */
  hasParts: boolean;
}

interface Prototype {
  readonly forward: unknown;
}

/** The forward of each class that keeps nothing, as it was when its first module was made. */
const forwards = new WeakMap<Prototype, unknown>();

const prototypeOf = (x: Prototype): Prototype | null => Object.getPrototypeOf(x) as Prototype | null;

/** Notes that a module's class keeps nothing, unless it overrides the forward of another: then it may keep something. */
export function passesOn(module: Module): void {
  const own = prototypeOf(module)!;
  if (forwards.has(own)) return;
  let owners = 0;
  for (let at: Prototype | null = own; at !== null; at = prototypeOf(at)) if (Object.hasOwn(at, "forward")) owners++;
  forwards.set(own, owners === 1 ? own.forward : null);
}

function isFeedforward(module: Module): boolean {
  const own = prototypeOf(module)!;
  return own.forward === forwards.get(own); // not if somebody has replaced it since
}

const callers = new WeakMap<Forward, Module>();

/** Notes the function by which a module is called. */
export const remember = (forward: Forward, module: Module): unknown => callers.set(forward, module);

/** Whether calls of it are seen here: a function that somebody put in the place of its forward is a stranger. */
const isCalled = (part: { readonly forward: unknown }): boolean => callers.get(part.forward as Forward) === part;

const canRun = (part: unknown): part is { readonly forward: unknown } =>
  typeof part === "object" && part !== null && !(part instanceof Tensor) && "forward" in part;

/** Whether a module's own forward keeps nothing, and gives what it gets and makes to nobody who is not seen here. */
export const keepsNothing = ({ module, fields }: Callee): boolean =>
  isFeedforward(module) && isCalled(module) && fields().every(([, part]) => !canRun(part) || isCalled(part));

/** The forward of a module is over: gives back what its parts made. The result: whether nobody else knows of the output. */
export function end(passage: Passage, given: readonly unknown[], output: unknown): boolean {
  const { made, hasParts } = passage;
  passage.made = null;
  if (made === null || !(output instanceof Tensor)) return false;
  const isOurs = hasParts ? made.delete(output) : !given.includes(output);
  for (const x of made) x.dispose();
  return isOurs;
}

/** Whether nobody else knows of a tensor, or of what it is a view of; from here on it is not tracked. */
const isOnlyIn = (made: Set<Tensor>, x: Tensor): boolean => made.delete(x) || (x.base !== null && made.has(x.base));

/** A part that no stranger saw has run inside of a call: gives back what only the part needed; tracks its output. */
export function handOver({ made }: Passage, given: readonly unknown[], output: unknown, isOurs: boolean): void {
  if (made === null) return;
  for (const x of given) if (x instanceof Tensor && x !== output && isOnlyIn(made, x)) x.dispose();
  if (isOurs) made.add(output as Tensor);
}

/** A stranger has run inside of these calls, and may hold whatever there was. */
export function strangers(passages: readonly Passage[]): void {
  for (const { made } of passages) made?.clear();
}
