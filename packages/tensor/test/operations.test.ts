import {
  add,
  batchNorm,
  copy_,
  DTypeError,
  div,
  dropout,
  equal,
  fmod,
  indexAdd,
  manualSeed,
  max,
  mul,
  normal_,
  ones,
  pow,
  relu,
  scatterAdd,
  sub,
  sum,
  tensor,
  variance,
  zeros,
} from "@ag/tensor";
import { describe, expect, test } from "vitest";

describe("in place", () => {
  test("the tensor itself comes back, one version later", () => {
    const x = tensor([-1, 2]);
    expect(x.relu_()).toBe(x);
    expect(x.tolist()).toEqual([0, 2]);
    expect(x.storage.version).toBe(1);
  });

  test("a view of the target is read whole before anything is written", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    x.add_(x.t());
    expect(x.tolist()).toEqual([
      [2, 5],
      [5, 8],
    ]);
    const matrix = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(copy_(matrix, matrix.t()).tolist()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    const row = tensor([1, 2, 3, 4]);
    copy_(row.narrow(0, 1, 3), row.narrow(0, 0, 3));
    expect(row.tolist()).toEqual([1, 1, 2, 3]);
  });

  test("fractions do not fit into whole tensors, nor large results into small targets", () => {
    const x = tensor([1n, 2n]);
    expect(() => x.add_(0.5)).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => x.clamp_({ min: 0.5 })).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => x.pow_(0.5)).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => x.add_(ones(2, 2))).toThrow("output with shape [2] doesn't match the broadcast shape [2, 2]");
    expect(() => ones(1, 2).add_(ones(3, 2))).toThrow(
      "output with shape [1, 2] doesn't match the broadcast shape [3, 2]",
    );
    expect(x.tolist()).toEqual([1, 2]);
    expect(x.storage.version).toBe(0);
  });

  test("an expanded tensor takes one value, but nothing that differs", () => {
    const x = zeros(1).expand(3);
    expect(() => x.add_(1)).toThrow("refers to a single memory location");
    expect(() => normal_(x)).toThrow("refers to a single memory location");
    expect(x.fill_(2).tolist()).toEqual([2, 2, 2]);
  });
});

test("a result never shares memory with its operand", () => {
  const scalar = tensor(3);
  const results = [max(scalar, 0).values, sum(scalar), sum(scalar, 0), relu(scalar), pow(scalar, 1), add(scalar, 0)];
  for (const result of results) result.zero_();
  expect(scalar.item()).toBe(3);
});

test("whole powers wrap around as integers do, and are exact", () => {
  expect(pow(tensor([3n]), 39).data()).toEqual(BigInt64Array.of(4052555153018976267n));
  expect(pow(tensor([3n]), 41).data()).toEqual(BigInt64Array.of(BigInt.asIntN(64, 3n ** 41n)));
});

test("a remainder is exact however often the divisor fits", () => {
  const [a, b] = [2 ** 100, 7];
  expect(fmod(tensor([a]), tensor([b])).item()).toBe(Number(BigInt(a) % 7n));
});

test("numbers may come first", () => {
  const x = tensor([1, 2]);
  const results = [add(3, x), sub(3, x), mul(3, x), div(3, x), add(3, x, { alpha: 2 }), sub(3, x, { alpha: 2 })];
  expect(results.map((y) => y.tolist())).toEqual([
    [4, 5],
    [2, 1],
    [3, 6],
    [3, 1.5],
    [5, 7],
    [1, -1],
  ]);
  expect(mul(2, 3).item()).toBe(6);
});

test("dropout leaves out one half unless told", () => {
  const drop = (...p: number[]): unknown => {
    manualSeed(7);
    return dropout(ones(40), ...p).tolist();
  };
  expect(drop()).toEqual(drop(0.5));
});

test("the variance is called var as a method", () => {
  const x = tensor([1, 2, 4]);
  expect(equal(x.var(), variance(x))).toBe(true);
});

test("what is storage only is not added to, and says so", () => {
  const half = ones(3).to("bfloat16");
  const first = tensor([0n]);
  expect(() => indexAdd(half, 0, first, half.narrow(0, 0, 1))).toThrow(DTypeError);
  expect(() => scatterAdd(half, 0, first, half)).toThrow("scatterAdd: need a dtype to compute with; got bfloat16");
});

test("running statistics are given or null, never left out", () => {
  const x = ones(4, 3);
  expect(() => batchNorm(x, undefined as never, ones(3))).toThrow("argument 'runningMean' (position 2) must be Tensor");
  expect(() => batchNorm(x, ones(3), undefined as never)).toThrow("argument 'runningVar' (position 3) must be Tensor");
});
