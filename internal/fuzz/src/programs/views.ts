/** Views, and what may copy. */
import type { DType } from "@ag/tensor";
import type { Random } from "../random.ts";
import { dimOf, type Maker, ref, size, widest } from "./maker.ts";
import type { Known, Step } from "./program.ts";

const view =
  (make: (x: Known, dim: number, random: Random) => readonly [step: Step, shape: readonly number[]] | null): Maker =>
  (x, _, random) => {
    const dim = dimOf(x, random);
    const made = dim === null ? null : make(x, dim, random);
    return made && { step: made[0], out: { ...x, shape: made[1] }, view: x };
  };

const without = (x: Known, dim: number): number[] => x.shape.filter((_, d) => d !== dim);
const permuted = (x: Known, order: readonly number[]): number[] => order.map((d) => x.shape[d]!);

/** Every second element of the whole storage, or fewer. Only of what is no view itself. */
const strided: Maker = (x, _, random) => {
  const n = size(x.shape);
  if (x.storage !== x.step || x.isGradient || n === 0) return null;
  const stride = random.pick([1, 2]);
  const offset = random.whole(0, n);
  const length = random.whole(1, Math.ceil((n - offset) / stride) + 1);
  return {
    step: ["asStrided", ref(x), [length], [stride], { storageOffset: offset }],
    out: { ...x, shape: [length] },
    view: x,
  };
};

/** Several views at once, along one dimension. */
const parts =
  (name: string, sizes: (n: number, random: Random) => readonly [argument: number, sizes: readonly number[]]): Maker =>
  (x, _, random) => {
    const dim = dimOf(x, random);
    if (dim === null || x.shape[dim] === 0) return null;
    const [argument, lengths] = sizes(x.shape[dim]!, random);
    const outs = lengths.map((length) => ({ ...x, shape: x.shape.with(dim, length) }));
    return { step: [name, ref(x), argument, dim], out: outs[0]!, parts: outs, view: x };
  };

export const views: readonly Maker[] = [
  view((x, dim, random) => {
    const other = random.whole(0, x.shape.length);
    return [["transpose", ref(x), dim, other], x.shape.with(dim, x.shape[other]!).with(other, x.shape[dim]!)];
  }),
  view((x) => {
    const order = x.shape.map((_, d) => x.shape.length - 1 - d);
    return [["permute", ref(x), order], permuted(x, order)];
  }),
  view((x, dim) => [["unsqueeze", ref(x), dim], x.shape.toSpliced(dim, 0, 1)]),
  view((x, dim) => (x.shape[dim] === 1 ? [["squeeze", ref(x), dim], without(x, dim)] : null)),
  view((x, dim) => (x.shape[dim] === 1 ? [["expand", ref(x), x.shape.with(dim, 3)], x.shape.with(dim, 3)] : null)),
  view((x, dim, random) => [["select", ref(x), dim, random.whole(0, x.shape[dim]!)], without(x, dim)]),
  view((x, dim, random) => {
    const start = random.whole(0, x.shape[dim]!);
    const length = random.whole(1, x.shape[dim]! - start + 1);
    return [["narrow", ref(x), dim, start, length], x.shape.with(dim, length)];
  }),
  view((x, _, random) => {
    const length = Math.ceil(x.shape[0]! / 2);
    return random.chance(0.5)
      ? [["at", ref(x), [null, null, 2]], x.shape.with(0, length)]
      : [["at", ref(x), -1], without(x, 0)];
  }),
  view((x) => (x.shape.length === 2 ? [["diagonal", ref(x)], [Math.min(...x.shape)]] : null)),
  view((x) => (x.shape.length <= 2 ? [["t", ref(x)], x.shape.toReversed()] : null)),
  view((x) => [["view", ref(x), [...x.shape]], x.shape]),
  view((x, dim) => {
    const shape = [2, ...x.shape];
    return size(shape) > 60 || dim > 1 ? null : [["expand", ref(x), shape], shape];
  }),
  strided,
  parts("split", (n, random) => {
    const length = random.whole(1, n + 1);
    return [length, Array.from({ length: Math.ceil(n / length) }, (_, i) => Math.min(length, n - i * length))];
  }),
  parts("chunk", (n) => [2, n === 1 ? [1] : [Math.ceil(n / 2), Math.floor(n / 2)]]),
  (x, _, random) => {
    const dim = dimOf(x, random);
    if (dim === null || x.shape[dim]! > 3) return null;
    const out = { ...x, shape: without(x, dim) };
    return { step: ["unbind", ref(x), dim], out, parts: Array.from({ length: x.shape[dim]! }, () => out), view: x };
  },
];

/** May copy: known as no view, and nothing is written to it in place. */
export const copies: readonly Maker[] = [
  (x) => ({ step: ["flatten", ref(x)], out: { ...x, shape: [size(x.shape)] }, view: x }),
  (x) => ({ step: ["reshape", ref(x), [-1, 1]], out: { ...x, shape: [size(x.shape), 1] }, view: x }),
  (x) => ({ step: ["clone", ref(x)], out: x }),
  (x) => ({ step: ["contiguous", ref(x)], out: x, view: x }),
  (x) => ({ step: ["detach", ref(x)], out: x, view: x, untracked: true }),
  (x, _, random) => {
    const dtype = random.pick<DType>(["float32", "float64"]);
    return widest(x) > 100 ? null : { step: ["to", ref(x), dtype], out: { ...x, dtype }, view: x };
  },
  (x, pick, random) => {
    const dim = dimOf(x, random);
    const y = pick((other) => other.dtype === x.dtype && other.shape.join() === x.shape.join());
    if (!y || dim === null) return null;
    const shape = x.shape.with(dim, 2 * x.shape[dim]!);
    return {
      step: ["cat", [ref(x), ref(y)], dim],
      out: { ...x, shape, low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) },
    };
  },
  (x, pick) => {
    const y = pick((other) => other.dtype === x.dtype && other.shape.join() === x.shape.join());
    const shape = [2, ...x.shape];
    return (
      y && {
        step: ["stack", [ref(x), ref(y)]],
        out: { ...x, shape, low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) },
      }
    );
  },
  (x, _, random) => {
    const dim = dimOf(x, random);
    return dim === null ? null : { step: ["flip", ref(x), [dim]], out: x };
  },
  (x, _, random) => {
    const dim = dimOf(x, random);
    return dim === null ? null : { step: ["roll", ref(x), random.whole(-2, 3), dim], out: x };
  },
  (x, _, random) =>
    x.shape.length < 2
      ? null
      : {
          step: [random.pick(["tril", "triu"]), ref(x), random.whole(-1, 2)],
          out: { ...x, low: Math.min(x.low, 0), high: Math.max(x.high, 0) },
        },
];
