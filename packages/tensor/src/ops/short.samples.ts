/** Every family on short whole numbers, over all of their range: sums and products wrap. */
import { type DType, factsOf, itemSize } from "@ag/kernels";
import { arange, eye, full, fullLike, linspace, ones, tensor, zerosLike } from "../make/factories.ts";
import { booleans, integers, normal, onResult, type Sample, samplesFor } from "../sample.ts";
import { oneHot } from "./index/embedding.ts";
import { gather, indexAdd, indexSelect, scatterAdd, take } from "./index/gather.ts";
import { maskedFill, maskedSelect, tril } from "./index/mask.ts";
import { dot, matmul, outer } from "./linalg/matmul.ts";
import { addmm, bmm, mm } from "./linalg/mm.ts";
import { crossEntropy } from "./nn/crossentropy.ts";
import { softmax } from "./nn/softmax.ts";
import { relu } from "./pointwise/activation.ts";
import { abs, add, div, mul, neg, rsub, sign, sub, where } from "./pointwise/arithmetic.ts";
import { clamp, maximum, minimum } from "./pointwise/bounds.ts";
import { addcmul } from "./pointwise/combine.ts";
import { eq, equal, isclose, logicalNot, lt, ne } from "./pointwise/compare.ts";
import { floorDivide, fmod, remainder } from "./pointwise/division.ts";
import { exp, floor, sqrt } from "./pointwise/functions.ts";
import { pow, square } from "./pointwise/power.ts";
import { all, amax, amin, any, argmax, argmin, max, min, sort } from "./reduce/extremes.ts";
import { cumsum, mean, prod, sum } from "./reduce/sums.ts";
import { char, short, to } from "./shape/cast.ts";
import { cat, flip, stack } from "./shape/join.ts";
import { t } from "./shape/permute.ts";
import { pad, repeat, roll } from "./shape/repeat.ts";
import { copy_, fill_ } from "./write/inplace.ts";

type Any = (...args: never[]) => unknown;

/** Beyond the range of every short dtype, and no numbers. */
const beyond = tensor(
  [300.7, -300.7, 127.5, -129, 40000, -70000, 2147483648, 3e9, -3e9, 4294967301, 1e19, Infinity, NaN],
  { dtype: "float64" },
);

const samplesOf = (dtype: DType): Sample[] => {
  const most = 2 ** (8 * itemSize(dtype) - 1);
  const name = factsOf(dtype).torch;
  const x = (...shape: number[]) => integers(shape, -most, most, dtype);
  const small = (...shape: number[]) => integers(shape, 1, 9, dtype);
  const at = (shape: number[], end: number) => integers(shape, 0, end);
  const one = (op: Any, torch: string, args: readonly unknown[], throws?: string): Sample[] =>
    samplesFor(op, torch, [{ name: dtype, args: args as never, ...(throws === undefined ? {} : { throws }) }]);
  const each = (ops: Readonly<Record<string, Any>>, args: () => readonly unknown[]): Sample[] =>
    Object.entries(ops).flatMap(([op, run]) => one(run, `torch.${op}`, args()));
  const lacks = `not implemented for '${name}'`;
  return [
    ...each({ add, sub, mul, rsub, maximum, minimum, eq, lt }, () => [x(3, 40), x(40)]),
    ...each({ neg, abs, sign, square, relu, floor }, () => [x(3, 40)]),
    ...each({ exp, sqrt }, () => [small(40)]),
    ...each({ div, remainder, fmod }, () => [x(3, 40), small(40)]),
    ...one(floorDivide, "torch.floor_divide", [x(3, 40), small(40)]),
    ...one(logicalNot, "torch.logical_not", [x(40)]),
    ...one(ne, "torch.ne", [x(40), 300]),
    ...one(isclose, "torch.isclose", [x(40), x(40)]),
    ...one(equal, "torch.equal", [x(4), x(4)]),
    ...one(pow, "torch.pow", [x(40), small(40)]),
    ...one(clamp, "torch.clamp", [x(40), { min: -9, max: 99 }]),
    ...one(addcmul, "torch.addcmul", [x(40), x(40), x(40), { value: 3 }]),
    ...one(where, "torch.where", [booleans([40]), x(40), integers([40], 0, 256, "uint8")]),
    ...each({ sum, prod, cumsum, amax, amin, argmax, argmin, all, any, max, min }, () => [x(3, 40), 1]),
    ...one(sort, "lambda x, dim: torch.sort(x, dim=dim, stable=True)", [x(3, 40), 1]),
    ...one(mean, "torch.mean", [x(3, 40)], `Got: ${name}`),
    ...one(to, "torch.Tensor.to", [beyond, dtype]),
    ...one(cat, "torch.cat", [[x(3), integers([3], 0, 256, "uint8")]]),
    ...one(stack, "torch.stack", [[x(3), x(3)]]),
    ...one(flip, "torch.flip", [x(3, 4), [0]]),
    ...one(roll, "torch.roll", [x(5), 2]),
    ...one(repeat, "torch.Tensor.repeat", [t(x(2, 3)), 2, 2]),
    ...one(pad, "torch.nn.functional.pad", [x(2, 3), [1, 2]]),
    ...one(gather, "torch.gather", [x(3, 4), 1, at([3, 6], 4)]),
    ...one(scatterAdd, "torch.scatter_add", [x(4), 0, at([9], 4), x(9)]),
    ...one(indexSelect, "torch.index_select", [x(5, 70), 0, at([4], 5)]),
    ...one(indexAdd, "torch.index_add", [x(3, 70), 0, at([4], 3), x(4, 70)]),
    ...one(take, "torch.take", [x(3, 4), at([5], 12)]),
    ...one(maskedFill, "torch.masked_fill", [x(9), booleans([9]), 7]),
    ...one(maskedSelect, "torch.masked_select", [x(9), booleans([9])]),
    ...one(tril, "torch.tril", [x(4, 4)]),
    ...one(oneHot, "torch.nn.functional.one_hot", [small(3)], "index tensor"),
    ...samplesFor(gather, "torch.gather", [
      { name: `index of ${dtype}`, args: [normal([3]), 0, small(2)], throws: "Expected dtype int32/int64 for index" },
    ]),
    ...each({ mm, matmul }, () => [x(5, 7), x(7, 3)]),
    ...one(bmm, "torch.bmm", [x(2, 5, 7), x(2, 7, 3)]),
    ...one(addmm, "torch.addmm", [x(3), x(5, 7), x(7, 3)]),
    ...each({ dot, outer }, () => [x(9), x(9)]),
    ...one(softmax, "torch.softmax", [x(3, 4), 1], lacks),
    ...one(
      crossEntropy,
      "torch.nn.functional.cross_entropy",
      [normal([3, 5]), small(3)],
      `Long or Byte, but got ${name}`,
    ),
    ...one(ones, "torch.ones", [4, { dtype }]),
    ...one(full, "torch.full", [[3], -7, { dtype }]),
    ...one(fullLike, "torch.full_like", [x(3), -7]),
    ...one(zerosLike, "torch.zeros_like", [x(3)]),
    ...one(arange, "torch.arange", [-100, 27, 5, { dtype }]),
    ...one(eye, "torch.eye", [3, 3, { dtype }]),
    ...one(linspace, "torch.linspace", [-9, 9, 7, { dtype }]),
    ...one(tensor, "torch.tensor", [[-7, 8], { dtype }]),
    ...one(onResult(copy_), "lambda x, source: (x * 1).copy_(source)", [x(40), integers([40], 0, 256, "uint8")]),
    ...one(onResult(fill_), "lambda x, value: (x * 1).fill_(value)", [x(40), -7]),
  ];
};

export const samples: Sample[] = [
  ...samplesOf("int8"),
  ...samplesOf("int16"),
  ...Object.entries({ short, char }).flatMap(([name, op]) =>
    samplesFor(op, `torch.Tensor.${name}`, [
      { name: "plain", args: [integers([9], -70000, 70000)] },
      { name: "floating", args: [normal([9])] },
    ]),
  ),
];
