/** Programs from a number: leaves, then steps on what is there, writes in place and gradients among them. */
import type { DType } from "@ag/tensor";
import { Random } from "../random.ts";
import { type Argument, isFloating, type Known, type Program, type Step } from "./program.ts";
import { broadcast, families, ref, widest } from "./steps.ts";

const MOST = 1000; // magnitude of an element
const shapes: readonly (readonly number[])[] = [
  [2, 3],
  [2, 3],
  [3, 3],
  [3],
  [2, 1, 3],
  [1],
  [],
  [4],
  [3, 2],
  [2, 2, 2],
];

class Writer {
  readonly steps: Step[] = [];
  readonly known: Known[] = [];
  readonly random: Random;
  /** What this program does that is known to differ from PyTorch. */
  readonly gaps: Set<string> = new Set();

  constructor(seed: number, number: number) {
    this.random = new Random(seed, number, 0x9706);
  }

  add(step: Step, value?: Omit<Known, "step" | "storage"> & { readonly storage?: number }): void {
    const index = this.steps.push(step) - 1;
    if (value) this.known.push({ storage: index, ...value, step: index });
  }

  /** One of the values that fit, rather a late one. */
  pick(fits: (x: Known) => boolean = () => true): Known | null {
    const list = this.known.filter(fits);
    if (list.length === 0) return null;
    const late = list.slice(-4);
    return this.random.pick(this.random.chance(0.6) ? late : list);
  }

  leaf(dtype: DType, tracked: boolean, given?: readonly number[]): void {
    const { random } = this;
    const shape = given ?? random.pick(shapes);
    const size = shape.reduce((a, b) => a * b, 1);
    const whole = !isFloating({ dtype });
    const low = whole ? 0 : random.pick([-2, -2, 0.3]);
    const value = (): number =>
      whole ? random.whole(0, dtype === "bool" ? 2 : 3) : Math.round((low + random.unit() * (2 - low)) * 64) / 64;
    const values = Array.from({ length: size }, value);
    const step: Step = ["leaf", dtype, shape, dtype === "bool" ? values.map(Boolean) : values, tracked];
    this.add(step, { shape, dtype, low, high: 2, tracked, isLeaf: true });
  }

  leaves(): void {
    const { random } = this;
    const dtype = random.pick<DType>(["float32", "float32", "float64"]);
    for (let n = random.whole(2, 5); n > 0; n--)
      this.leaf(random.chance(0.85) ? dtype : random.pick<DType>(["float32", "float64"]), random.chance(0.75));
    if (random.chance(0.4)) this.leaf("int64", false, [random.pick([2, 3])]);
    if (random.chance(0.3)) this.leaf(random.pick<DType>(["bool", "int32", "uint8", "bool"]), false);
  }

  operation(): void {
    const { random } = this;
    const x = this.pick();
    const made = x && random.pick(random.pick(families))(x, (fits) => this.pick(fits), random);
    if (!x || !made || !(widest(made.out) < MOST)) return;
    const isQuiet = random.chance(0.05);
    const [name, ...args] = made.step;
    const inputs = this.known.filter(({ step }) => JSON.stringify(args).includes(`"$${step}"`));
    const tracked = !isQuiet && !made.untracked && isFloating(made.out) && inputs.some((input) => input.tracked);
    const { shape, dtype, low, high } = made.out;
    if (isQuiet && made.view?.tracked)
      this.gaps.add("a view that is made unrecorded does not require grad with its base");
    const view = made.view ? { storage: made.view.storage } : {};
    this.add(isQuiet ? [`~${name}`, ...args] : made.step, { shape, dtype, low, high, tracked, isLeaf: false, ...view });
  }

  /** A write: everything that shares the storage may hold the new numbers. */
  write(): void {
    const { random } = this;
    const x = this.pick((one) => isFloating(one) && !(one.isLeaf && one.tracked && random.chance(0.8)));
    if (!x) return;
    const isShared = this.known.some((other) => other.storage === x.storage && other.step !== x.step);
    if (isShared && random.chance(0.8)) return;
    const y = this.pick(
      (o) => isFloating(o) && broadcast(x.shape, o.shape)?.join() === x.shape.join() && widest(o) < 20,
    );
    const mask = this.pick((o) => o.dtype === "bool" && broadcast(x.shape, o.shape)?.join() === x.shape.join());
    const writes: (readonly [step: Step, most: number] | null)[] = [
      y && [["add_", ref(x), ref(y)], widest(x) + widest(y)],
      y && [["mul_", ref(x), ref(y)], widest(x) * widest(y)],
      y && [["copy_", ref(x), ref(y)], widest(y)],
      mask && [["maskedFill_", ref(x), ref(mask), 0.5], Math.max(widest(x), 0.5)],
      x.shape.length > 0
        ? [["setAt_", ref(x), y && y.shape.length === 0 ? ref(y) : 0.25, 0], Math.max(widest(x), y ? widest(y) : 1)]
        : null,
      ...["tanh_", "sigmoid_", "relu_", "neg_", "zero_"].map(
        (name) => [[name, ref(x)], Math.max(1, widest(x))] as const,
      ),
      [["mul_", ref(x), 0.5], widest(x)],
      [["add_", ref(x), 1.5], widest(x) + 1.5],
      [["fill_", ref(x), 0.75], Math.max(1, widest(x))],
    ];
    const [step, most] = random.pick(writes) ?? [];
    if (!step || most! >= MOST) return;
    const isQuiet = random.chance(x.isLeaf && x.tracked ? 0.7 : 0.1);
    const tracked = x.tracked || (!isQuiet && (y?.tracked ?? false));
    this.known.forEach((other, i) => {
      if (other.storage === x.storage)
        this.known[i] = { ...other, low: -most!, high: most!, tracked: other.tracked || tracked };
    });
    const [name, ...args] = step;
    if (name === "setAt_" && tracked) this.gaps.add("an element that is written has no CopySlices on the tape");
    if (this.steps[x.step]![0] === "matmul" && tracked)
      this.gaps.add("the product of a vector is a view, which is not written");
    if (isShared && tracked) this.gaps.add("a view does not follow what is written through another one");
    this.add(isQuiet ? [`~${name}`, ...args] : step, { ...x, low: -most!, high: most!, tracked });
  }

  /** The sum of a value, if that is not one number. */
  scalar(): Known | null {
    const x = this.pick((one) => one.tracked && !one.isLeaf);
    if (!x || x.shape.length === 0) return x;
    const count = x.shape.reduce((a, b) => a * b, 1);
    this.add(["sum", ref(x)], {
      ...x,
      shape: [],
      low: count * x.low,
      high: count * x.high,
      storage: this.steps.length,
    });
    return this.known.at(-1)!;
  }

  gradient(): void {
    const { random } = this;
    const out = this.scalar();
    const x = this.pick((one) => one.tracked && one.step !== out?.step);
    if (!out || !x) return;
    const createGraph = random.chance(0.6);
    const options: Argument = createGraph ? { createGraph } : random.chance(0.7) ? { retainGraph: true } : {};
    this.add(["grad", ref(out), ref(x), options], {
      ...x,
      low: -MOST / 2,
      high: MOST / 2,
      tracked: createGraph,
      isLeaf: false,
      storage: this.steps.length,
    });
  }

  backward(): void {
    const out = this.scalar();
    if (out) this.add(["backward", ref(out), this.random.chance(0.6) ? { retainGraph: true } : {}]);
  }

  retain(): void {
    const x = this.pick((one) => one.tracked && !one.isLeaf);
    if (x) this.add(["retainGrad", ref(x)]);
  }
}

/** A program, and what it does that is known to differ from PyTorch. */
export interface Written {
  readonly program: Program;
  readonly gaps: ReadonlySet<string>;
}

/** The program of a number. */
export function programOf(seed: number, number: number): Written {
  const writer = new Writer(seed, number);
  writer.leaves();
  const most = writer.steps.length + writer.random.whole(4, 20);
  for (let tries = 0; tries < 200 && writer.steps.length < most; tries++) {
    const kind = writer.random.unit();
    if (kind < 0.84) writer.operation();
    else if (kind < 0.93) writer.write();
    else if (kind < 0.97) writer.gradient();
    else if (kind < 0.98) writer.backward();
    else writer.retain();
  }
  writer.backward();
  return { program: writer.steps, gaps: writer.gaps };
}
