import "@ag/autograd";
import "@ag/tensor"; // some samples use methods
import { type Call, calls, described } from "@ag/goldens/accuracy";
import goldens from "@ag/goldens/answers/accuracy.json" with { type: "json" };
import * as functions from "@ag/tensor/fn";
import { samples } from "@ag/tensor/samples";
import { describe, expect, test } from "vitest";
import { allowedError, errorOf, largestOf, nodesOf, picked, resultsOf } from "../src/accuracy.ts";
import { runOwn, tensorsIn } from "../src/own-tensors.ts";

/** What PyTorch gave; results are the floating outputs, then the gradients. */
interface Golden {
  /** The largest error of PyTorch in float32, for each result. */
  readonly error: readonly number[];
  /** A few numbers of each result in float64, evenly spread. */
  readonly exact: readonly (readonly number[])[];
}

const keyOf = (op: string, name: string, args: unknown): string => `${op}, ${name} ${JSON.stringify(args)}`;
const answers = new Map<string, Golden>(goldens.cases.map((one) => [keyOf(one.op, one.name, one.args), one]));
const titleOf = (call: Call): string => keyOf(call.op, call.name, described(call));
/** The nodes that the calls record. */
const measured = new Set<string>();

test("every call was measured with PyTorch, and no other", () => {
  expect(calls.map(titleOf).sort()).toEqual([...answers.keys()].sort());
});

describe("error against float64 at most four times PyTorch's, or four ulp of the largest result", () => {
  test.each(calls.map((call) => [titleOf(call), call] as const))("%s", (_, call) => {
    const golden = answers.get(titleOf(call))!;
    const exact = resultsOf(call, "float64", measured);
    expect(exact.length).toBe(golden.exact.length);
    exact.forEach((x, i) => {
      const want = golden.exact[i]!;
      expect(errorOf(picked(x, want.length), want), `result ${i} in float64`).toBeLessThanOrEqual(1e-9 * largestOf(x));
    });
    resultsOf(call, "float32").forEach((x, i) => {
      expect(errorOf(x, exact[i]!), `result ${i}`).toBeLessThanOrEqual(allowedError(golden.error[i]!, exact[i]!));
    });
  });
});

/** Nodes that need no call, each with all its variants. */
const exempt: Readonly<Record<string, string>> = {
  "Alias Diagonal Permute ReshapeAlias Select Slice Split SplitWithSizes Squeeze Transpose Unbind Unsqueeze": "views",
  "Cat ConstantPadNd Copy Flip IndexPut MaskedSelect Roll Stack Tril Triu": "elements are copied, forward and backward",
  "Bernoulli Normal Uniform Zero": "zeros",
  Fill: "copies of one number, whose gradient is a sum",
  ToCopy: "one rounding",
  NotImplemented: "has no derivative",
};

/** A formula of one operand may be new and have no call yet; `formulas.test.ts` of the kernels holds what they are made of. */
const isUnary = (op: Partial<functions.PointwiseOp<[]>>): boolean =>
  op.inPlace !== undefined && op.entries?.length === 1 && op.entries[0]!.inputs.length === 1;

test("every node is in a call, or needs none", () => {
  const operations = Object.values(functions) as Partial<functions.PointwiseOp<[]>>[];
  const free = new Set<unknown>(
    operations.filter(isUnary).flatMap(({ entries = [] }) => entries.map(({ node }) => node)),
  );
  const known = new Set<string>();
  for (const sample of samples.filter(({ throws }) => throws === undefined))
    for (const { gradFn } of tensorsIn(runOwn(sample, true).result)) if (gradFn) nodesOf(gradFn, known);
  for (const { entries = [] } of operations)
    for (const { node, gradients } of entries) if (gradients.length > 0 && typeof node === "string") known.add(node);
  const open = [...known].filter((name) => !measured.has(name) && !free.has(name));
  expect([...new Set(open.map((name) => name.replace(/Backward(\d|s)$/, "")))].sort()).toEqual(
    Object.keys(exempt)
      .flatMap((names) => names.split(" "))
      .sort(),
  );
});
