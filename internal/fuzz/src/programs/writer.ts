/** Writes a program, and knows what its values will be. */
import type { DType } from "@ag/tensor";
import type { Random } from "../random.ts";
import type { Feature, Features } from "./features.ts";
import { type Made, ref, size, widest } from "./maker.ts";
import { isFloating, type Known, type Step } from "./program.ts";
import { families } from "./steps.ts";

export const MOST = 1000; // magnitude of an element
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

type NewValue = Omit<Known, "step" | "storage"> & { readonly storage?: number };

export class Writer {
  readonly steps: Step[] = [];
  readonly known: Known[] = [];
  readonly random: Random;
  readonly #features: Features;

  constructor(random: Random, features: Features) {
    this.random = random;
    this.#features = features;
  }

  has(feature: Feature): boolean {
    return this.#features.has(feature);
  }

  add(step: Step, ...values: readonly NewValue[]): void {
    const index = this.steps.push(step) - 1;
    for (const value of values) this.known.push({ storage: index, ...value, step: index });
  }

  /** One of the values that fit, rather a late one. */
  pick(fits: (x: Known) => boolean = () => true): Known | null {
    const list = this.known.filter(fits);
    if (list.length === 0) return null;
    const late = list.slice(-4);
    return this.random.pick(this.random.chance(0.6) ? late : list);
  }

  /** Whether another value has the same elements. */
  isShared = (x: Known): boolean => this.known.some((other) => other.storage === x.storage && ref(other) !== ref(x));

  leaf(dtype: DType, tracked: boolean, given?: readonly number[]): void {
    const { random } = this;
    const shape = given ?? random.pick(shapes);
    const whole = !isFloating({ dtype });
    const low = whole ? 0 : random.pick([-2, -2, 0.3]);
    const value = (): number =>
      whole ? random.whole(0, dtype === "bool" ? 2 : 3) : Math.round((low + random.unit() * (2 - low)) * 64) / 64;
    const values = Array.from({ length: size(shape) }, value);
    const step: Step = ["leaf", dtype, shape, dtype === "bool" ? values.map(Boolean) : values, tracked];
    this.add(step, { shape, dtype, low, high: 2, tracked, isLeaf: true });
  }

  leaves(): void {
    const { random } = this;
    const dtype = random.pick<DType>(["float32", "float32", "float64"]);
    for (let n = random.whole(2, 5); n > 0; n--)
      this.leaf(random.chance(0.85) ? dtype : random.pick<DType>(["float32", "float64"]), random.chance(0.7));
    if (random.chance(0.3)) this.leaf("int64", false, [random.pick([2, 3])]);
    if (random.chance(0.3)) this.leaf(random.pick<DType>(["bool", "int32", "uint8", "bool"]), false);
  }

  /** A result, or a view; now and then unrecorded. */
  operation(): void {
    const { random } = this;
    const x = this.pick();
    const made = x && random.pick(random.pick(families))(x, (fits) => this.pick(fits), random);
    if (!x || !made || !(widest(made.out) < MOST)) return;
    if (made.parts && !this.has("views of several")) return;
    const isQuiet = random.chance(0.1) && (!made.view || this.has("writes to views"));
    const [name, ...args] = made.step;
    const inputs = this.known.filter((input) => JSON.stringify(args).includes(`"${ref(input)}"`));
    const tracked = !isQuiet && !made.untracked && isFloating(made.out) && inputs.some((input) => input.tracked);
    const storage = made.view ? { storage: made.view.storage } : {};
    const isGradient = made.view?.isGradient ? { isGradient: true } : {};
    const newValue = ({ shape, dtype, low, high }: Made["out"]): NewValue => {
      return { shape, dtype, low, high, tracked, isLeaf: false, ...storage, ...isGradient };
    };
    const values = made.parts?.map((out, part) => ({ ...newValue(out), part })) ?? [newValue(made.out)];
    this.add(isQuiet ? [`~${name}`, ...args] : made.step, ...values);
  }
}
