/** What is put where an argument belongs: tensors of every kind, numbers at the edges, and what is none of it. */
import { allDtypes, type DType, isFloating } from "@ag/kernels";
import { slice, type Tensor, tensor } from "@ag/tensor";
import type { Random } from "../random.ts";

/** Numbers at the edges of what whole and floating ones can be. */
const edges: readonly (() => unknown)[] = [
  ...[0, -0, 1, -1, 2, 3, -2, 7, 1.5, -0.5, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 38, 2 ** 53, 1e308, 1e-320],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0n, 1n, -1n, 2n ** 63n, 2n ** 64n, true, false],
].map((x) => () => x);

/** Nowhere in the signature of an operation: to take one of these is a fault. */
const foreign: readonly (() => unknown)[] = [
  () => Symbol("foreign"),
  () => new Date(0),
  () => new Map([["a", 1]]),
  () => () => 1,
  () => "a",
];

/** Wrong at most places, right at some. */
const dubious: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => "2",
  () => "",
  () => ({}),
  () => [],
  () => [1, 2],
  () => [[]],
  () => [undefined],
  () => new Float32Array(2),
  () => new Uint8Array([1, 2, 3]),
  () => ({ dtype: "float" }),
  () => ({ dtype: "float64" }),
  () => ({ unknown: 1 }),
  () => ({ shape: [2], dtype: "float32" }),
  () => Object.create(null),
  () => disposed(tensor([1, 2])),
  () => tensor([1, 2]),
  () => tensor([1n, 0n]),
  () =>
    tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    ),
];

export const edge = (random: Random): unknown => random.pick(edges)();
export const outsider = (random: Random): unknown => random.pick(foreign)();
export const doubtful = (random: Random): unknown => random.pick(dubious)();

function disposed(x: Tensor): Tensor {
  x.dispose();
  return x;
}

/** A small number, negative now and then; whole for whole dtypes. */
function number(random: Random, dtype: DType): number {
  const x = random.unit() * 6 - 2;
  return isFloating(dtype) ? x : Math.trunc(Math.abs(x));
}

/** A tensor with numbers of its own. */
export function fresh(random: Random, shape: readonly number[], dtype: DType = "float32"): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const flat = tensor(
    Float64Array.from({ length: size }, () => number(random, dtype)),
    { dtype },
  );
  return flat.reshape([...shape]);
}

const floating = (x: Tensor): Tensor => (x.isFloatingPoint() ? x : x.float());

/** Other tensors in the place of one: of other dtypes, layouts, shapes and histories. */
const variants: readonly ((x: Tensor, random: Random) => Tensor)[] = [
  (x) => floating(x).clone().detach().requiresGrad_(),
  (x) => floating(x).clone().detach().requiresGrad_().mul(1),
  (x) => floating(x).clone().detach().requiresGrad_().flatten(),
  (x) => floating(x).clone().detach().requiresGrad_().unsqueeze(0).select(0, 0),
  (x, random) => x.detach().to(random.pick(allDtypes)),
  (x, random) => fresh(random, x.shape, random.pick(allDtypes)),
  (x, random) => fresh(random, [...x.shape].reverse(), x.dtype).permute(x.shape.map((_, d) => x.shape.length - 1 - d)),
  (x, random) => fresh(random, [...x.shape, 2], x.dtype).select(-1, 1),
  (x, random) =>
    fresh(random, [...x.shape, 6], x.dtype)
      .at("...", slice(1, null, 3))
      .select(-1, 0),
  (x, random) =>
    fresh(
      random,
      x.shape.map(() => 1),
      x.dtype,
    ).expand(...x.shape),
  (x, random) => fresh(random, x.shape.with(random.whole(0, x.shape.length || 1), 0), x.dtype),
  (x, random) => fresh(random, [], x.dtype),
  (x, random) => fresh(random, [1, ...x.shape], x.dtype),
  (x, random) => fresh(random, x.shape.slice(1), x.dtype),
  (x, random) => fresh(random, [...x.shape, 3], x.dtype),
  (x, random) => fresh(random, [...x.shape].fill(1), x.dtype),
  (x) => x.detach(),
  (x) => disposed(x.clone().detach()),
  (x) =>
    x
      .detach()
      .clone()
      .fill_(x.isFloatingPoint() ? Number.NaN : 1),
  (x) =>
    x
      .detach()
      .clone()
      .fill_(x.isFloatingPoint() ? Number.POSITIVE_INFINITY : 0),
];

export const variant = (x: Tensor, random: Random): Tensor => random.pick(variants)(x, random);
