/** Which steps can follow? Each entry makes one from what is there, or null when nothing fits. */
import { type DType, promoteTypes } from "@ag/tensor";
import { broadcast, dimOf, type Maker, ref, signed, size, widest } from "./maker.ts";
import { type Argument, isFloating, type Known, type Step } from "./program.ts";
import { copies, views } from "./views.ts";

const kindOf = ({ dtype }: { readonly dtype: DType }): number => (dtype === "bool" ? 0 : isFloating({ dtype }) ? 2 : 1);
const meeting = (list: readonly Known[]): DType | null =>
  list.reduce<DType | null>((dtype, x) => (dtype === null ? x.dtype : promoteTypes(dtype, x.dtype)), null);

/** The dtype in which operands meet: one without dimensions counts only if it is of a higher kind. */
function common(...operands: readonly Known[]): DType {
  const wide = meeting(operands.filter(({ shape }) => shape.length > 0));
  const single = meeting(operands.filter(({ shape }) => shape.length === 0));
  if (wide === null || single === null) return (wide ?? single)!;
  return kindOf({ dtype: single }) > kindOf({ dtype: wide }) ? single : wide;
}

type Range = readonly [low: number, high: number];

/** An elementwise function of floating numbers. */
const unary =
  (name: string, range: (low: number, high: number) => Range | null, options?: Argument): Maker =>
  (x) => {
    const bounds = range(x.low, x.high);
    if (!isFloating(x) || bounds === null) return null;
    const step: Step = options === undefined ? [name, ref(x)] : [name, ref(x), options];
    return { step, out: { ...x, low: bounds[0], high: bounds[1] } };
  };

const products = (a: Known, b: Range): Range => {
  const all = [a.low * b[0], a.low * b[1], a.high * b[0], a.high * b[1]];
  return [Math.min(...all), Math.max(...all)];
};

type Combined = (a: Known, b: Range) => Range | null;
const sums: Combined = (a, [low, high]) => [a.low + low, a.high + high];
const differences: Combined = (a, [low, high]) => [a.low - high, a.high - low];
const quotients: Combined = (a, [low, high]) => (low > 0.2 || high < -0.2 ? products(a, [1 / high, 1 / low]) : null);
const larger: Combined = (a, [low, high]) => [Math.max(a.low, low), Math.max(a.high, high)];
const smaller: Combined = (a, [low, high]) => [Math.min(a.low, low), Math.min(a.high, high)];

const binary =
  (name: string, range: Combined, options?: Argument): Maker =>
  (x, pick, random) => {
    if (x.dtype === "bool") return null;
    const takesNumbers = name !== "maximum" && name !== "minimum";
    if (takesNumbers && random.chance(0.25)) {
      const c = isFloating(x) ? random.pick([0.5, 1.5, -2, 3]) : random.pick([1, 2, 3]);
      const bounds = range(x, [c, c]);
      if (bounds === null) return null;
      const dtype = name === "div" && !isFloating(x) ? "float32" : x.dtype;
      return { step: [name, ref(x), c], out: { shape: x.shape, dtype, low: bounds[0], high: bounds[1] } };
    }
    const y = pick((other) => other.dtype !== "bool" && broadcast(x.shape, other.shape) !== null);
    const bounds = y && range(x, [y.low, y.high]);
    if (!y || !bounds) return null;
    const shape = broadcast(x.shape, y.shape)!;
    const dtype = common(x, y);
    const step: Step = options === undefined ? [name, ref(x), ref(y)] : [name, ref(x), ref(y), options];
    const isWhole = !isFloating({ dtype });
    if (isWhole && (name === "div" || dtype === "uint8")) return null;
    return { step, out: { shape, dtype, low: bounds[0], high: bounds[1] } };
  };

/** Along one dimension, some, or all. */
const reduction =
  (name: string, range: (x: Known, count: number) => Range | null): Maker =>
  (x, _, random) => {
    if (!isFloating(x) || size(x.shape) === 0) return null;
    const dim = random.chance(0.3) ? null : dimOf(x, random);
    const count = dim === null ? size(x.shape) : x.shape[dim]!;
    const bounds = range(x, count);
    if (bounds === null || count < 2) return null;
    const [low, high] = bounds;
    if (dim === null)
      return name === "logsumexp" ? null : { step: [name, ref(x)], out: { ...x, shape: [], low, high } };
    const keepdim = random.chance(0.3);
    const shape = keepdim ? x.shape.with(dim, 1) : x.shape.filter((_, d) => d !== dim);
    return {
      step: [name, ref(x), signed(dim, x, random), ...(keepdim ? [{ keepdim }] : [])],
      out: { ...x, shape, low, high },
    };
  };

const alongDim =
  (name: string, range: (x: Known, count: number) => Range): Maker =>
  (x, _, random) => {
    const dim = dimOf(x, random);
    if (dim === null || !isFloating(x)) return null;
    const [low, high] = range(x, x.shape[dim]!);
    return { step: [name, ref(x), signed(dim, x, random)], out: { ...x, low, high } };
  };

const losses: readonly Maker[] = ["mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"].map(
  (name): Maker =>
    (x, pick) => {
      const y = pick((other) => other.dtype === x.dtype && other.shape.join() === x.shape.join());
      if (!y || !isFloating(x) || size(x.shape) === 0) return null;
      const most = (widest(x) + widest(y)) ** 2;
      return { step: [name, ref(x), ref(y)], out: { ...x, shape: [], low: 0, high: most } };
    },
);

const others: readonly Maker[] = [
  (x, pick) => {
    const inner = x.shape.at(-1);
    const y = pick((o) => o.dtype === x.dtype && o.shape.length === 2 && o.shape[0] === inner);
    if (!y || !isFloating(x) || x.shape.length > 3) return null;
    const most = inner! * widest(x) * widest(y);
    return {
      step: ["matmul", ref(x), ref(y)],
      out: { ...x, shape: [...x.shape.slice(0, -1), y.shape[1]!], low: -most, high: most },
    };
  },
  (x, pick) => {
    const y = pick(
      (o) =>
        o.dtype === "int64" && o.shape.length === 1 && o.shape[0] === x.shape[0] && o.low >= 0 && o.high < x.shape[1]!,
    );
    if (!y || !isFloating(x) || x.shape.length !== 2) return null;
    return { step: ["crossEntropy", ref(x), ref(y)], out: { ...x, shape: [], low: 0, high: 2 * widest(x) + 5 } };
  },
  (x) => {
    const last = x.shape.at(-1);
    if (!isFloating(x) || last === undefined || last < 2) return null;
    return { step: ["layerNorm", ref(x), [last], { eps: 0.1 }], out: { ...x, low: -last, high: last } };
  },
  (x) =>
    isFloating(x)
      ? { step: ["gt", ref(x), 0.3137], out: { shape: x.shape, dtype: "bool", low: 0, high: 1 }, untracked: true }
      : null,
  (x, pick, random) => {
    const mask = pick((o) => o.dtype === "bool" && broadcast(o.shape, x.shape)?.join() === x.shape.join());
    if (!mask || !isFloating(x)) return null;
    return {
      step: ["maskedFill", ref(x), ref(mask), random.pick([0, 1.5])],
      out: { ...x, low: Math.min(x.low, 0), high: Math.max(x.high, 1.5) },
    };
  },
  (x, pick) => {
    const y = pick((o) => o.dtype === x.dtype && o.shape.join() === x.shape.join());
    const mask = pick((o) => o.dtype === "bool" && broadcast(o.shape, x.shape)?.join() === x.shape.join());
    if (!mask || !y) return null;
    return {
      step: ["where", ref(mask), ref(x), ref(y)],
      out: { ...x, low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) },
    };
  },
  (x, pick, random) => {
    const dim = dimOf(x, random);
    const index = pick(
      (o) => o.dtype === "int64" && o.shape.length === 1 && o.low >= 0 && o.high < (x.shape[dim ?? 0] ?? 0),
    );
    if (!index || dim === null) return null;
    return { step: ["indexSelect", ref(x), dim, ref(index)], out: { ...x, shape: x.shape.with(dim, index.shape[0]!) } };
  },
];

const always = (low: number, high: number) => (): Range => [low, high];
const within = (x: Known): Range => [x.low, x.high];

const functions: readonly Maker[] = [
  unary("exp", (low, high) => (Math.max(-low, high) > 4 ? null : [0.018, 55])),
  ...["sin", "cos", "tanh"].map((name) => unary(name, always(-1, 1))),
  unary("sigmoid", (low, high) => [Math.max(-low, high) < 3 ? 0.04 : 0, 1]),
  unary("relu", (low, high) => [Math.max(low, 0), Math.max(high, 0)]),
  unary("leakyRelu", (low, high) => [low, high], { negativeSlope: 0.1 }),
  ...["gelu", "silu"].map((name) => unary(name, (low, high) => [Math.min(low, -0.3), Math.max(high, 0)])),
  unary("softplus", (_, high) => [0, Math.max(high, 0) + 0.7]),
  unary("abs", (low, high) => [Math.max(low, 0), Math.max(-low, high)]),
  unary("neg", (low, high) => [-high, -low]),
  unary("square", (low, high) => [low > 0 ? low * low : 0, Math.max(low * low, high * high)]),
  unary("sqrt", (low, high) => (low > 0.01 ? [Math.sqrt(low), Math.sqrt(high)] : null)),
  unary("log", (low, high) => (low > 0.01 ? [-5, high] : null)),
  unary("reciprocal", (low, high) => (low > 0.1 ? [1 / high, 1 / low] : null)),
  unary("clamp", (low, high) => [Math.min(Math.max(low, -0.7137), 1.2137), Math.min(Math.max(high, -0.7137), 1.2137)], {
    min: -0.7137,
    max: 1.2137,
  }),
  (x) => (isFloating(x) && widest(x) < 10 ? { step: ["pow", ref(x), 3], out: { ...x, low: -1000, high: 1000 } } : null),
];

const arithmetic: readonly Maker[] = [
  binary("add", sums),
  binary("sub", differences),
  binary("mul", products),
  binary("div", quotients),
  binary("maximum", larger),
  binary("minimum", smaller),
];

const reductions: readonly Maker[] = [
  reduction("sum", (x, n) => [Math.min(n * x.low, x.low), Math.max(n * x.high, x.high)]),
  reduction("mean", within),
  reduction("amax", within),
  reduction("logsumexp", (x, n) => (isFloating(x) ? [x.low, x.high + n] : null)),
  reduction("var", (x) => [0, 4 * widest(x) ** 2]),
  alongDim("softmax", always(0, 1)),
  alongDim("logSoftmax", (x, n) => [-2 * widest(x) - n, 0]),
  alongDim("cumsum", (x, n) => [-n * widest(x), n * widest(x)]),
];

/** The families, each as likely as it stands here often. */
export const families: readonly (readonly Maker[])[] = [
  functions,
  functions,
  arithmetic,
  arithmetic,
  reductions,
  views,
  views,
  views,
  copies,
  others,
  losses,
];
