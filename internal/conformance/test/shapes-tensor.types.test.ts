/** Shapes in the types of tensors. The compiler is the test: each line that is expected to fail has to. */
import {
  add,
  cat,
  matmul,
  type Nested,
  ones,
  rand,
  relu,
  type Shape,
  softmax,
  sum,
  Tensor,
  tensor,
  zeros,
} from "@ag/tensor";
import { expect, test } from "vitest";
import { is } from "../src/is.ts";

test("a receiver may be one of several shapes", () => {
  const x = [zeros(2, 3), zeros(4)][0]!;
  is<[2, 3] | [4]>()(x.add(1));
  is<[2, 3] | [4]>()(x.relu().exp());
  expect(x.sum(0).shape).toEqual([3]);
});

test("Tensor is any shape, and no shape in particular", () => {
  const x: Tensor = zeros(2, 3);
  is<Shape>()(x.add(zeros(3)).detach());
  is<Shape>()(x.sum(0));
  is<[]>()(x.sum());
  is<[3, 2]>()(x.reshape(3, 2));
  // @ts-expect-error nobody knows that it is a matrix
  const matrix: Tensor<[number, number]> = x;
  const known: Tensor<[number, number]> = zeros(2, 3);
  let changing: Tensor = zeros(1, 8);
  for (let i = 0; i < 2; i++) changing = changing.unsqueeze(0);
  expect([matrix.dim(), known.dim(), changing.dim()]).toEqual([2, 2, 4]);
});

test("functions of type parameters compile", () => {
  const twice = <S extends Shape>(x: Tensor<S>): Tensor<S> => x.relu().mul(2);
  const generic = <T extends Tensor>(x: T, y: T): Tensor => x.add(x).mul(y).matmul(x).sum(1).reshape(2, 1);
  const plain = (x: Tensor): Tensor => matmul(x, x.t()).softmax(-1);
  is<[2, 3]>()(twice(zeros(2, 3)));
  expect(generic(ones(2, 2), ones(2, 2)).shape).toEqual([2, 1]);
  expect(is<Shape>()(plain(zeros(2, 3))).shape).toEqual([2, 2]);
});

test("operations are functions of tensors as ever", () => {
  const unary: ((x: Tensor) => Tensor)[] = [relu, (x) => softmax(x, 0), sum];
  const binary: ((a: Tensor, b: Tensor) => Tensor)[] = [add, matmul];
  expect(unary.map((f) => f(ones(2, 2)).dim())).toEqual([2, 2, 0]);
  expect(binary.map((f) => f(ones(2, 2), ones(2, 2)).item === undefined)).toEqual([false, false]);
  expect([zeros(2), zeros(3)].map((x) => relu(x)).length).toBe(2);
  expect([zeros(2), ones(2)].reduce<Tensor>((a, b) => add(a, b), zeros(2)).tolist()).toEqual([1, 1]);
});

test("instanceof tells no shape", () => {
  const x: unknown = zeros(2, 3);
  if (!(x instanceof Tensor)) throw new Error("a tensor");
  const sizes: readonly number[] = x.shape;
  const y: Tensor = x.add(x).sum(0).reshape(3).matmul(x.t());
  expect([sizes, y.shape]).toEqual([[2, 3], [2]]);
});

test("functions of sizes compile", () => {
  const product = <N extends number, K extends number, M extends number>(
    x: Tensor<[N, K]>,
    y: Tensor<[K, M]>,
  ): Tensor => x.matmul(y);
  const centred = <N extends number>(x: Tensor<[N, 3]>): Tensor => x.sub(x.mean(1, { keepdim: true }));
  const projected = <N extends number>(x: Tensor<[N, 3]>): Tensor<[N, 4]> => x.matmul(zeros(3, 4)).add(zeros(4));
  const row = <N extends number>(x: Tensor<[N, 3]>): Tensor => x.reshape(-1).unsqueeze(0).view(1, -1);
  expect(product(rand(2, 3), rand(3, 4)).shape).toEqual([2, 4]);
  expect(centred(rand(2, 3)).shape).toEqual([2, 3]);
  expect(is<[2, 4]>()(projected(rand(2, 3))).shape).toEqual([2, 4]);
  expect(row(rand(2, 3)).shape).toEqual([1, 6]);
});

test("options are checked as ever, though some are inferred", () => {
  // @ts-expect-error there is no option of that name
  expect(() => zeros(2, 3).sum(0, { keepDim: true })).toThrow("unexpected keyword argument");
  is<[1, 3]>()(zeros(2, 3).sum(0, { dtype: "float64", keepdim: true }));
  const flag = zeros(1).item() === 0;
  is<[3] | [1, 3]>()(zeros(2, 3).mean(0, { keepdim: flag }));
  // @ts-expect-error nor that
  expect(() => zeros(2, 3).add(1, { beta: 2 })).toThrow("unexpected keyword argument");
});

test("overloaded families have one method each", () => {
  const x = rand(2, 3);
  is<[]>()(x.max());
  is<[2]>()(x.max(1).values);
  is<[2, 1]>()(x.min(-1, { keepdim: true }).indices);
  is<[2, 3]>()(x.max(rand(3)));
  const dim = x.dim() - 1;
  expect(is<Shape>()(x.max(dim).values).shape).toEqual([2]);
});

test("what is written in place stays what it was", () => {
  const x = zeros(2, 3);
  is<[2, 3]>()(x.add_(1).mul_(2).zero_().fill_(3));
  expect(is<[2, 3]>()(add.inPlace(x, ones(3)))).toBe(x);
});

test("lists are as deep as the shape", () => {
  const matrix: (number | boolean)[][] = zeros(2, 3).tolist();
  const scalar: number | boolean = zeros(2, 3).sum().tolist();
  const nested: Nested = (zeros(2) as Tensor).tolist();
  const vector: readonly (number | boolean)[] = zeros(zeros(2, 3).numel()).tolist();
  const deep: (number | boolean)[][][] = tensor([[[1, 2]], [[3, 4]]]).tolist();
  expect([matrix.length, scalar, nested, vector.length, deep[1]![0]![1]]).toEqual([2, 0, [0, 0], 6, 4]);
});

test("shapes are read only", () => {
  const { shape } = zeros(2, 3);
  const known: readonly [2, 3] = shape;
  // @ts-expect-error a tensor owns its shape
  expect(() => shape.push(4)).toThrow("not extensible");
  expect(known).toEqual([2, 3]);
});

test("sizes that differ do not compile", () => {
  // @ts-expect-error inner sizes 3 and 2 differ
  expect(() => rand(2, 3).matmul(rand(2, 3))).toThrow("cannot be multiplied");
  // @ts-expect-error sizes 3 and 4 do not broadcast
  expect(() => rand(2, 3).mul(rand(2, 4))).toThrow("must match the size");
  // @ts-expect-error 6 elements do not fit
  expect(() => rand(2, 3).view(4)).toThrow("is invalid for input of size");
  is<[4, 3]>()(cat([rand(2, 3), rand(2, 3)]));
});
