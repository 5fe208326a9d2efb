/** Do the derivatives of the tape agree with differences, and with themselves? */
import { GradError, type Tensor } from "@ag/tensor/fn";
import {
  analytical,
  type Differentiable,
  differences,
  differentiableOf,
  type Jacobian,
  numerical,
  resultsOf,
  shown,
  uniforms,
  weighted,
} from "./jacobian.ts";

/** A derivative that is wrong: what {@link gradcheck} and {@link gradgradcheck} find. */
export class GradcheckError extends GradError {}

export interface Limits {
  /** How far inputs are moved for differences: 1e-6 unless given. */
  readonly eps: number;
  /** The largest accepted error is atol + rtol · |difference quotient|: 1e-5 and 1e-3 unless given. */
  readonly atol: number;
  readonly rtol: number;
  /** How far two runs of one backward may be apart: 0 unless given. */
  readonly nondetTol: number;
}

/** As torch.allclose: equal infinities are close, NaN is not. */
function isClose(got: number, expected: number, { atol, rtol }: Limits): boolean {
  const error = Math.abs(got - expected);
  return got === expected || (Number.isFinite(error) && error <= atol + rtol * Math.abs(expected));
}

/** The largest difference of two matrices; NaN beside NaN is none. */
const distance = (a: Jacobian, b: Jacobian): number =>
  a.reduce((most, row, i) => row.reduce((m, value, j) => Math.max(m, Math.abs(value - b[i]![j]!) || 0), most), 0);

function needReentrant(a: readonly Jacobian[], b: readonly Jacobian[], nondetTol: number): void {
  if (!a.every((jacobian, i) => distance(jacobian, b[i]!) <= nondetTol))
    throw new GradcheckError(
      "gradcheck: Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives " +
        `different values, although analytical gradient matches numerical gradient. The tolerance for nondeterminism was ${nondetTol}.`,
    );
}

const mismatch = (output: number, input: number, numeric: string, analytic: string): string =>
  `gradcheck: Jacobian mismatch for output ${output} with respect to input ${input},\n` +
  `numerical:${numeric}\nanalytical:${analytic}\n`;

/** Without a result that is recorded, no input may matter; whole numbers come in steps. */
function needConstant(results: readonly Tensor[], jacobians: readonly (readonly Jacobian[])[], limit: number): void {
  const floating = jacobians.map((list) => list.filter((_, k) => results[k]!.isFloatingPoint()));
  if (floating.flat(2).some((row) => row.some((value) => !(Math.abs(value) <= limit))))
    throw new GradcheckError(
      "gradcheck: Numerical gradient for function expected to be zero: need a result that requires a gradient, or one that " +
        "does not depend on the inputs; got neither.",
    );
}

/** Every element of every result against every element of every input. */
export function checkSlow(fn: Differentiable, inputs: readonly Tensor[], limits: Limits): void {
  const { eps, nondetTol } = limits;
  const tracked = inputs.filter((x) => x.requiresGrad);
  const results = resultsOf(fn, inputs);
  const outputs = results.filter((out) => out.requiresGrad);
  const numeric = tracked.map((input) => numerical(fn, inputs, input, { eps, outputs: results }));
  if (outputs.length === 0) needConstant(results, numeric, 0);
  outputs.forEach((out, o) => {
    const analytic = analytical(out, tracked);
    needReentrant(analytic, analytical(out, tracked), nondetTol);
    analytic.forEach((jacobian, i) => {
      const expected = numeric[i]![results.indexOf(out)]!;
      if (!jacobian.every((row, r) => row.every((value, c) => isClose(value, expected[r]![c]!, limits))))
        throw new GradcheckError(mismatch(o, i, shown(expected), shown(jacobian)));
    });
  });
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const sum = (x: Float64Array): number => x.reduce((total, value) => total + value, 0);

/** Directions of length 1 with no negative part, the same in every call. */
function directions(like: readonly Tensor[], next: () => number): Float64Array[] {
  return like.map((x) => {
    const drawn = Float64Array.from({ length: x.numel() }, next);
    const length = Math.sqrt(dot(drawn, drawn));
    return drawn.map((value) => value / length);
  });
}

/** One number for each result and input: how the result changes in one direction with the input in another. */
export function checkFast(fn: Differentiable, inputs: readonly Tensor[], limits: Limits): void {
  const { eps, atol, nondetTol } = limits;
  const tracked = inputs.filter((x) => x.requiresGrad);
  const results = resultsOf(fn, inputs);
  const outputs = results.filter((out) => out.requiresGrad);
  const next = uniforms();
  const [u, v] = [directions(tracked, next), directions(outputs, next)];
  const numeric = tracked.map((input, i) => differences(fn, inputs, input, { direction: u[i]!, eps }));
  if (outputs.length === 0)
    needConstant(
      results,
      numeric.map((list) => list.map((row) => [row])),
      nondetTol,
    );
  outputs.forEach((out, o) => {
    const analytic = weighted(out, tracked, v[o]!);
    needReentrant([analytic], [weighted(out, tracked, v[o]!)], nondetTol);
    analytic.forEach((row, i) => {
      const expected = dot(numeric[i]![results.indexOf(out)]!, v[o]!);
      const got = dot(row, u[i]!);
      if (isClose(got, expected, { ...limits, atol: atol * sum(u[i]!) * sum(v[o]!) })) return;
      throw new GradcheckError(
        mismatch(o, i, String(expected), String(got)) + elementwise(fn, inputs, { i, o, limits }),
      );
    });
  });
}

/** What the slow check would have said of one result and one input. */
function elementwise(
  fn: Differentiable,
  inputs: readonly Tensor[],
  { i, o, limits }: { readonly i: number; readonly o: number; readonly limits: Limits },
): string {
  const tracked = inputs.filter((x) => x.requiresGrad);
  const out = differentiableOf(fn, inputs)[o]!;
  const numeric = numerical((...x) => differentiableOf(fn, x)[o]!, inputs, tracked[i]!, {
    ...limits,
    outputs: [out],
  })[0]!;
  const analytic = analytical(out, tracked)[i]!;
  const areSmall = analytic.every((row, r) => row.every((value, c) => isClose(value, numeric[r]![c]!, limits)));
  return (
    `Numerical:\n${shown(numeric)}\nAnalytical:\n${shown(analytic)}\n` +
    `The max per-element difference (slow mode) is: ${distance(analytic, numeric)}.` +
    (areSmall ? "\nFast gradcheck failed but element-wise differences are small. Use { fastMode: false }." : "")
  );
}
