/** What does something leave behind? Tensors, storages and nodes that it made and that nobody can collect afterwards. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { disposed } from "@ag/kernels";
import type { Tensor } from "@ag/tensor";
import { enter, history, leave } from "@ag/tensor/internal";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Whether nobody holds what a function gives. */
export async function collected(make: () => object): Promise<boolean> {
  const one = new WeakRef(make());
  return (await heldOf([one])) === 0;
}

/** How many are held when all is collected that can be. */
async function heldOf(refs: readonly WeakRef<object>[]): Promise<number> {
  let held = refs.length;
  for (let tries = 0; tries < 5 && held > 0; tries++) {
    await new Promise(setImmediate); // what was looked at in this turn stays as long as it lasts
    collect();
    held = refs.filter((ref) => ref.deref() !== undefined).length;
  }
  return held;
}

/** A tensor, its elements, and the node that made it. */
const partsOf = (x: Tensor): object[] =>
  [x, x.storage, x[history]?.[0] ?? x].filter((part) => part !== (disposed as object));

/** Refers to all that was made while `body` ran; nothing of it is disposed. */
async function madeBy(body: () => unknown): Promise<WeakRef<object>[]> {
  const scope = enter();
  try {
    await body();
  } finally {
    leave(scope, new Set(scope.made));
  }
  return [...new Set(scope.made.flatMap(partsOf))].map((part) => new WeakRef(part));
}

/** Runs `body`; gives how many tensors, storages and nodes it leaves behind. */
export async function leftBehind(body: () => unknown): Promise<number> {
  return heldOf(await madeBy(body));
}
