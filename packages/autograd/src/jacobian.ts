/** The derivatives of a function as matrices, one row for each element of an input: by differences, and by the tape. */
import { copy_, GradError, type Shape, Tensor } from "@ag/tensor/fn";
import { converted, need, sameShape, showShape, someTensors, tensorOfBytes, there } from "@ag/tensor/internal";
import { grad } from "./backward.ts";
import { withMode } from "./mode.ts";

/** What is checked: a function of tensors that gives one, or a list of them. */
export type Differentiable = (...x: readonly Tensor[]) => Tensor | readonly Tensor[];

/** Row i, column j: d output[j] / d input[i]. */
export type Jacobian = readonly Float64Array[];

/** A copy of the elements, of any dtype. */
export const elements = (x: Tensor): Float64Array =>
  withMode(false, () => Float64Array.from(converted(x.detach(), "float64").data() as Float64Array));

/** Numbers, where another tensor lies, and in its shape unless told. */
export const float64 = (values: Float64Array, like: Tensor, shape?: Shape): Tensor =>
  there(({ sizes }) => tensorOfBytes(new Uint8Array(values.buffer), "float64", shape ?? sizes), [like]);

/** What a function gives, as a list. */
export function resultsOf(fn: Differentiable, inputs: readonly Tensor[]): readonly Tensor[] {
  const out = fn(...inputs);
  const list = out instanceof Tensor ? [out] : out;
  need("gradcheck", { outputs: someTensors }, list);
  return list;
}

/** Those that are recorded. */
export const differentiableOf = (fn: Differentiable, inputs: readonly Tensor[]): Tensor[] =>
  resultsOf(fn, inputs).filter((out) => out.requiresGrad);

const zeros = (rows: number, columns: number): Float64Array[] =>
  Array.from({ length: rows }, () => new Float64Array(columns));

const unit = (length: number, at: number): Float64Array => Float64Array.from({ length }, (_, i) => Number(i === at));

/** Results, and what they hold now: they may be the input itself, which changes. */
type Held = readonly { readonly out: Tensor; readonly values: Float64Array }[];

/** What `fn` gives when `by` is added to an input, which is written and put back: who saved it sees no change. */
function resultsAt(fn: Differentiable, inputs: readonly Tensor[], input: Tensor, by: Float64Array): Held {
  const { storage } = input;
  const { version } = storage;
  const before = elements(input);
  const write = (values: Float64Array): void =>
    withMode(false, () => void copy_(input.detach(), float64(values, input)));
  write(before.map((value, i) => value + by[i]!));
  try {
    return resultsOf(fn, inputs).map((out) => ({ out, values: elements(out) }));
  } finally {
    write(before);
    storage.version = version;
  }
}

function needAlike(below: Tensor, above: Tensor, eps: number): void {
  const what = sameShape(below.sizes, above.sizes) ? "dtype" : "shape";
  if (what === "dtype" && below.dtype === above.dtype) return;
  const shown = (x: Tensor): string => (what === "dtype" ? x.dtype : showShape(x.sizes));
  throw new GradError(
    `gradcheck: Expected \`func\` to return outputs with the same ${what} when inputs are perturbed by ${eps}, but got: ` +
      `${what}s ${shown(below)} and ${shown(above)}.`,
  );
}

/** How all results change with an input in a direction: central differences. */
export function differences(
  fn: Differentiable,
  inputs: readonly Tensor[],
  input: Tensor,
  { direction, eps }: { readonly direction: Float64Array; readonly eps: number },
): Float64Array[] {
  const by = direction.map((value) => value * eps);
  const below = resultsAt(
    fn,
    inputs,
    input,
    by.map((value) => -value),
  );
  const above = resultsAt(fn, inputs, input, by);
  return below.map(({ out, values }, k) => {
    const other = above[k]!;
    needAlike(out, other.out, eps);
    return other.values.map((value, i) => (value - values[i]!) / (2 * eps));
  });
}

/** Of every result, by differences. */
export function numerical(
  fn: Differentiable,
  inputs: readonly Tensor[],
  input: Tensor,
  { eps, outputs }: { readonly eps: number; readonly outputs: readonly Tensor[] },
): Jacobian[] {
  const rows = input.numel();
  const all = outputs.map((out) => zeros(rows, out.numel()));
  for (let i = 0; i < rows; i++)
    differences(fn, inputs, input, { direction: unit(rows, i), eps }).forEach((row, k) => {
      all[k]![i] = row;
    });
  return all;
}

/** The gradients of inputs for one weighting of a result: 0 for what did not take part. */
export function weighted(out: Tensor, inputs: readonly Tensor[], weights: Float64Array): Float64Array[] {
  const options = { gradOutputs: float64(weights, out), retainGraph: true, allowUnused: true } as const;
  return grad(out, inputs, options).map((g, i) => (g ? elements(g) : new Float64Array(inputs[i]!.numel())));
}

/** Of one result and every input, by the tape. */
export function analytical(out: Tensor, inputs: readonly Tensor[]): Jacobian[] {
  const columns = out.numel();
  const all = inputs.map((x) => zeros(x.numel(), columns));
  for (let j = 0; j < columns; j++)
    weighted(out, inputs, unit(columns, j)).forEach((column, which) => {
      column.forEach((value, i) => {
        all[which]![i]![j] = value;
      });
    });
  return all;
}

/** As PyTorch prints it. */
export const shown = (jacobian: Jacobian): string =>
  String(
    tensorOfBytes(new Uint8Array(Float64Array.from(jacobian.flatMap((row) => [...row])).buffer), "float64", [
      jacobian.length,
      jacobian[0]?.length ?? 0,
    ]),
  );

/** Numbers in [0, 1), the same in every call: a linear congruential generator. */
export function uniforms(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
