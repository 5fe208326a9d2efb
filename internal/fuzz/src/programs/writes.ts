/** Writes in place. */

import { broadcast, ref, widest } from "./maker.ts";
import { isFloating, type Known, type Step } from "./program.ts";
import { MOST, type Writer } from "./writer.ts";

/** A write, and the largest magnitude that it leaves. */
type Choice = readonly [step: Step, most: number] | null;

const isWide = (x: Known, o: Known): boolean => broadcast(x.shape, o.shape)?.join() === x.shape.join();

function choices(writer: Writer, x: Known): readonly Choice[] {
  const isApart = (o: Known): boolean => o.storage !== x.storage || ref(o) === ref(x);
  const y = writer.pick((o) => isFloating(o) && isApart(o) && isWide(x, o) && widest(o) < 20);
  const mask = writer.pick((o) => o.dtype === "bool" && isWide(x, o));
  const isNarrow = widest(x) < 4;
  return [
    y && [["add_", ref(x), ref(y)], widest(x) + widest(y)],
    y && [["mul_", ref(x), ref(y)], widest(x) * widest(y)],
    y && [["copy_", ref(x), ref(y)], widest(y)],
    widest(x) < 20 ? [["mul_", ref(x), ref(x)], widest(x) ** 2] : null,
    mask && [["maskedFill_", ref(x), ref(mask), 0.5], Math.max(widest(x), 0.5)],
    x.shape.length > 0
      ? [["setAt_", ref(x), y && y.shape.length === 0 ? ref(y) : 0.25, 0], Math.max(widest(x), y ? widest(y) : 1)]
      : null,
    ...["tanh_", "sigmoid_", "relu_", "neg_", "zero_"].map((name) => [[name, ref(x)], Math.max(1, widest(x))] as const),
    isNarrow ? [["exp_", ref(x)], 55] : null,
    [["mul_", ref(x), 0.5], widest(x)],
    [["add_", ref(x), 1.5], widest(x) + 1.5],
    [["fill_", ref(x), 0.75], Math.max(1, widest(x))],
  ];
}

/** Kinds of values that have elements of others, or may have them: what writes to them does depends on how they came. */
const isUnsure = (writer: Writer, x: Known): boolean =>
  x.isGradient === true ||
  ["matmul", "flatten", "reshape", "contiguous", "to"].includes(writer.steps[x.step]![0].replace("~", ""));

/** A write: everything that shares the storage may hold the new numbers. */
export function write(writer: Writer): void {
  const { random, known } = writer;
  const x = writer.pick(
    (one) => isFloating(one) && !isUnsure(writer, one) && !(one.isLeaf && one.tracked && random.chance(0.6)),
  );
  if (!x || (!writer.has("writes to views") && writer.isShared(x))) return;
  const [step, most] = random.pick(choices(writer, x)) ?? [];
  if (!step || !(most! < MOST)) return;
  if (step[0] === "setAt_" && !writer.has("writes to views")) return;
  const isQuiet = random.chance(x.isLeaf && x.tracked ? 0.7 : 0.15);
  const others = known.filter((other) => step.slice(2).includes(ref(other)));
  const tracked = x.tracked || (!isQuiet && others.some((other) => other.tracked));
  known.forEach((other, i) => {
    if (other.storage === x.storage)
      known[i] = {
        ...other,
        low: -most!,
        high: most!,
        tracked: other.tracked || tracked,
        isLeaf: other.isLeaf && !tracked,
      };
  });
  const [name, ...args] = step;
  writer.add(isQuiet ? [`~${name}`, ...args] : step);
}
