/** How far is a call in float32 from the same call in float64? */
import { grad } from "@ag/autograd";
import type { Call } from "@ag/goldens/accuracy";
import { type GradFn, scope, type Tensor, tensor } from "@ag/tensor";
import { sizeOf } from "@ag/tensor/internal";
import type { Makers } from "@ag/tensor/samples";
import { tensorsIn } from "./own-tensors.ts";

type Floating = "float32" | "float64";

/** A tensor to be made: numbers in a range, whole numbers below a bound, or booleans. */
interface Described {
  readonly shape: readonly number[];
  readonly range?: readonly [low: number, high: number];
  readonly below?: number;
}

const FIRST_GRADIENT = 101;

type Elements = Float32Array | BigInt64Array | Uint8Array;

/** The generator of `accuracy.py`: whole numbers below 2³². */
function fill<T extends Elements>(into: T, seed: number, value: (s: number) => T[0]): T {
  let state = seed;
  for (let i = 0; i < into.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    into[i] = value(state);
  }
  return into;
}

/** What was made, since most calls take the same. */
const elements = new Map<string, Elements>();

function elementsOf({ shape, range, below }: Described, seed: number): Elements {
  const count = sizeOf(shape);
  if (below !== undefined)
    return fill(new BigInt64Array(count), seed, (s) => BigInt(Math.floor((s * below) / 2 ** 32)));
  if (!range) return fill(new Uint8Array(count), seed, (s) => Number(s < 2 ** 31));
  const [low, high] = range;
  return fill(new Float32Array(count), seed, (s) => low + (high - low) * (s / 2 ** 32));
}

function made(described: Described, seed: number, floating: Floating): Tensor {
  const { shape, range, below } = described;
  const key = JSON.stringify([seed, sizeOf(shape), range, below]);
  const known = elements.get(key) ?? elementsOf(described, seed);
  elements.set(key, known);
  const dtype = range ? floating : below === undefined ? "bool" : "int64";
  return tensor(known, { dtype }).reshape(shape);
}

/** Makes what a call takes, in the order in which it asks; `inputs` are the differentiable ones. */
function makers(dtype: Floating): { readonly make: Makers; readonly inputs: Tensor[] } {
  const inputs: Tensor[] = [];
  let count = 0;
  const next = (described: Described): Tensor => made(described, ++count, dtype);
  const constant: Makers["constant"] = (shape, low = -1, high = 1) => next({ shape, range: [low, high] });
  const between: Makers["between"] = (...range) => {
    const x = constant(...range).requiresGrad_();
    inputs.push(x);
    return x;
  };
  const below: Makers["below"] = (shape, end) => next({ shape, below: end });
  return { make: { between, constant, below, booleans: (shape) => next({ shape }) }, inputs };
}

/** The incoming gradient of the k-th result. */
const gradientOf = ({ shape, dtype }: Tensor, k: number): Tensor =>
  made({ shape, range: [-1, 1] }, FIRST_GRADIENT + k, dtype as Floating);

/** The results of a call in one dtype. The nodes that they come from are added to `nodes`. */
export function resultsOf({ run, args }: Call, dtype: Floating, nodes: Set<string> = new Set()): Float64Array[] {
  return scope(() => {
    const { make, inputs } = makers(dtype);
    const result = run(...args(make));
    const outputs = tensorsIn(result).filter((x) => x.isFloatingPoint());
    const tracked = outputs.filter((x) => x.requiresGrad);
    for (const { gradFn } of tracked) if (gradFn) nodesOf(gradFn, nodes);
    const grads = tracked.length === 0 ? [] : grad(tracked, inputs, { gradOutputs: tracked.map(gradientOf) });
    return [...outputs, ...grads].map((x) => new Float64Array(x.detach().data() as Float64Array));
  });
}

/** Adds the name of every node of a graph. */
export function nodesOf({ name, nextFunctions }: GradFn, into: Set<string>): void {
  into.add(name);
  for (const [next] of nextFunctions) if (next) nodesOf(next, into);
}

export const largestOf = (x: Float64Array): number => x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** The largest difference; infinite where one is not a number. */
export function errorOf(x: ArrayLike<number>, exact: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < exact.length; i++) {
    const error = Math.abs(x[i]! - exact[i]!);
    if (!(error <= most)) most = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return most;
}

/** Four times PyTorch's error, or four units in the last place of the largest result. */
export function allowedError(error: number, exact: Float64Array): number {
  const ulp = 2 ** (Math.floor(Math.log2(Math.max(largestOf(exact), 2 ** -126))) - 23);
  return Math.max(4 * error, 4 * ulp);
}

/** Elements evenly spread, as `picks` of `accuracy.py`. */
export const picked = (x: Float64Array, count: number): number[] =>
  Array.from({ length: count }, (_, i) => x[Math.floor((i * (x.length - 1)) / (count - 1))]!);
