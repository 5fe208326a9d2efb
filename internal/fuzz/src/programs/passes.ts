/** Steps that run a backward, or change what one does. */

import { ref, size } from "./maker.ts";
import type { Argument, Known } from "./program.ts";
import { MOST, type Writer } from "./writer.ts";

/** What each root starts with: a number stands for a gradient of its shape, all of whose elements it is. */
const gradientFor = (writer: Writer, x: Known): number | null =>
  size(x.shape) === 1 && writer.random.chance(0.7) ? null : writer.random.pick([1, 1, 0.5, -2]);

function rootsOf(writer: Writer): Known[] {
  const first = writer.pick((one) => one.tracked && !one.isLeaf);
  const second = writer.random.chance(0.25) ? writer.pick((one) => one.tracked) : null;
  return [first, second].filter((one) => one !== null);
}

function backward(writer: Writer): void {
  const { random } = writer;
  const roots = rootsOf(writer);
  const wanted = writer.has("inputs") && random.chance(0.25) ? writer.pick((one) => one.tracked) : null;
  if (roots.length === 0) return;
  const options: Record<string, Argument> = {
    ...(random.chance(0.5) ? { retainGraph: true } : {}),
    ...(random.chance(0.1) ? { createGraph: true } : {}),
    ...(wanted ? { inputs: [ref(wanted)] } : {}),
  };
  const args = [roots.map(ref), roots.map((root) => gradientFor(writer, root)), options] as const;
  writer.add(["backward", ...args]);
  if (random.chance(0.25)) writer.add(["backward", ...args]);
}

function gradient(writer: Writer): void {
  const { random } = writer;
  const outputs = rootsOf(writer);
  const inputs = [writer.pick((one) => one.tracked)];
  if (random.chance(0.3)) inputs.push(writer.pick((one) => one.tracked));
  const wanted = inputs.filter((one) => one !== null);
  if (outputs.length === 0 || wanted.length === 0) return;
  const createGraph = random.chance(0.5);
  const options = {
    ...(createGraph ? { createGraph } : random.chance(0.6) ? { retainGraph: true } : {}),
    gradOutputs: outputs.map((one) => gradientFor(writer, one)),
  };
  const values = wanted.map(({ shape, dtype }, part) => {
    const bounds = { low: -MOST / 2, high: MOST / 2 };
    return { shape, dtype, ...bounds, tracked: createGraph, isLeaf: false, isGradient: true, part };
  });
  writer.add(["grad", outputs.map(ref), wanted.map(ref), options], ...values);
}

function retain(writer: Writer): void {
  const x = writer.pick((one) => one.tracked && !one.isLeaf);
  if (x) writer.add(["retainGrad", ref(x)]);
}

/** Logs the gradient, and gives it as it was (0), doubled (1), or something more (2). */
function hook(writer: Writer): void {
  const x = writer.pick((one) => one.tracked);
  if (x && writer.has("hooks")) writer.add(["hook", ref(x), writer.random.whole(0, 3)]);
}

function postHook(writer: Writer): void {
  const x = writer.pick((one) => one.tracked && (one.isLeaf || writer.random.chance(0.1)));
  if (x && writer.has("post-accumulate hooks")) writer.add(["postHook", ref(x)]);
}

/** The flag of a leaf, or of what became none in the meantime. */
function flag(writer: Writer): void {
  const { random, known } = writer;
  const x = writer.pick((one) => one.isLeaf || random.chance(0.1));
  if (!x?.dtype.startsWith("float")) return;
  if (!writer.has("writes to views") && writer.isShared(x)) return;
  const on = random.chance(0.6);
  if (x.isLeaf) known[known.indexOf(x)] = { ...x, tracked: on };
  writer.add(["requiresGrad_", ref(x), on]);
}

function detach(writer: Writer): void {
  const { known } = writer;
  const x = writer.pick((one) => one.tracked && one.isGradient !== true);
  if (!x || !writer.has("detach_")) return;
  if (x.storage === x.step) known[known.indexOf(x)] = { ...x, tracked: false, isLeaf: true };
  writer.add(["detach_", ref(x)]);
}

export const passes: readonly ((writer: Writer) => void)[] = [
  backward,
  backward,
  gradient,
  gradient,
  retain,
  hook,
  hook,
  postHook,
  flag,
  detach,
];
