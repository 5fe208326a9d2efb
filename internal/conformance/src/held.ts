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

/** Whether it is the mark of what was disposed. */
const isDisposed = (x: object): boolean => x === (disposed as object);

/** Calls back for every tensor that is made while `body` runs, and disposes none. */
async function watch(body: () => unknown, made: (x: Tensor) => void): Promise<void> {
  const scope = enter();
  Object.assign(scope.made, {
    push: (x: Tensor) => {
      made(x);
      return 0;
    },
  });
  try {
    await body();
  } finally {
    leave(scope, []);
  }
}

/** Runs `body`; gives how many tensors, storages and nodes it leaves behind. */
export async function leftBehind(body: () => unknown): Promise<number> {
  const parts = new Set<WeakRef<object>>();
  const tensors: WeakRef<Tensor>[] = [];
  await watch(body, (x) => {
    tensors.push(new WeakRef(x));
    if (!isDisposed(x.storage)) parts.add(new WeakRef(x.storage));
  });
  const nodes = tensors.flatMap((ref) => ref.deref()?.[history]?.[0] ?? []);
  return heldOf([...tensors, ...parts, ...[...new Set(nodes)].map((node) => new WeakRef(node))]);
}
