import { type ConvolutionOptions, cpu, type DType, sizeOf, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/products.json" with { type: "json" };
import { allowedError, type ConvolutionCase as Case, largestDifference, numbers } from "./numbers.ts";
import { emptyView, read, viewOf } from "./views.ts";

const cases = goldens.convolutions as unknown as readonly Case[];
type Quad = readonly [number, number, number, number];

/** The definition in float64: visits every product of an output, a weight and an input, by their positions. */
function eachTerm({ x, weight, out, options }: Case, visit: (out: number, weight: number, x: number) => void): void {
  const [n, c, h, w] = x as Quad;
  const [o, groupC, kh, kw] = weight as Quad;
  const [, , oh, ow] = out as Quad;
  const { stride, padding, dilation, groups } = options;
  const indices = (i: number, [, b, c, d]: Quad): Quad => [
    Math.floor(i / (b * c * d)),
    Math.floor(i / (c * d)) % b,
    Math.floor(i / d) % c,
    i % d,
  ];
  for (let i = 0; i < n * o * oh * ow; i++) {
    const [image, channel, y, z] = indices(i, [n, o, oh, ow]);
    for (let tap = 0; tap < groupC * kh * kw; tap++) {
      const [, from, ky, kx] = indices(tap, [1, groupC, kh, kw]);
      const row = y * stride[0] - padding[0] + ky * dilation[0];
      const column = z * stride[1] - padding[1] + kx * dilation[1];
      if (row < 0 || row >= h || column < 0 || column >= w) continue;
      const plane = image * c + Math.floor(channel / (o / groups)) * groupC + from;
      visit(i, channel * groupC * kh * kw + tap, (plane * h + row) * w + column);
    }
  }
}

interface Results<T> {
  readonly forward: T;
  readonly input: T;
  readonly weights: T;
}

type Data = Record<"x" | "weight" | "bias" | "grad", Float32Array>;

const dataOf = ({ x, weight, out }: Case): Data => ({
  x: numbers(1, sizeOf(x)),
  weight: numbers(2, sizeOf(weight)),
  bias: numbers(3, weight[0]!),
  grad: numbers(4, sizeOf(out)),
});

function exactResults(item: Case, { x, weight, bias, grad }: Data): Results<Float64Array> {
  const pixels = item.out[2]! * item.out[3]!;
  const forward = Float64Array.from(grad, (_, i) => bias[Math.floor(i / pixels) % item.out[1]!]!);
  const input = new Float64Array(x.length);
  const weights = new Float64Array(weight.length);
  eachTerm(item, (at, tap, from) => {
    forward[at]! += weight[tap]! * x[from]!;
    input[from]! += weight[tap]! * grad[at]!;
    weights[tap]! += grad[at]! * x[from]!;
  });
  return { forward, input, weights };
}

/** All three on the CPU; the results are filled with rubbish first. */
function computed(item: Case, data: Data, dtype: "float32" | "float64"): Results<number[]> {
  const view = (from: Float32Array, shape: readonly number[]): View =>
    viewOf(dtype === "float32" ? from : Float64Array.from(from), shape);
  const rubbish = (shape: readonly number[]): View => view(new Float32Array(sizeOf(shape)).fill(Number.NaN), shape);
  const [x, weight, grad] = [view(data.x, item.x), view(data.weight, item.weight), view(data.grad, item.out)];
  const [forward, input, weights] = [rubbish(item.out), rubbish(item.x), rubbish(item.weight)];
  cpu.convolution("forward", x, weight, forward, { ...item.options, bias: view(data.bias, [data.bias.length]) });
  cpu.convolution("input", grad, weight, input, item.options);
  cpu.convolution("weight", grad, x, weights, item.options);
  return { forward: read(forward), input: read(input), weights: read(weights) };
}

const ways = ["forward", "input", "weights"] as const;

describe.each(cases)("x $x, weight $weight, $options", (item) => {
  const data = dataOf(item);
  const exact = exactResults(item, data);

  test("the definition is PyTorch's", () => {
    for (const way of ways)
      for (const [i, pick] of item[way].picks.entries()) expect(exact[way][pick]).toBeCloseTo(item[way].exact[i]!, 10);
  });
  test("float32 errs no more than PyTorch", () => {
    const results = computed(item, data, "float32");
    for (const way of ways)
      expect(largestDifference(results[way], exact[way])).toBeLessThanOrEqual(allowedError(item[way], exact[way]));
  });
  test("float64", () => {
    const results = computed(item, data, "float64");
    for (const way of ways) expect(largestDifference(results[way], exact[way])).toBeLessThan(1e-12);
  });
});

const plain: ConvolutionOptions = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };

/** `images` of the images from `first` on. */
const some = (view: View, first: number, images: number): View => ({
  ...view,
  offset: view.offset + first * view.strides[0]!,
  sizes: [images, ...view.sizes.slice(1)],
});

test("an image has the same bits alone and in a batch, output and gradient", () => {
  for (const [c, h, o] of [
    [20, 4, 12],
    [20, 7, 12],
    [70, 2, 9],
    [3, 17, 5],
  ] as const) {
    const n = 7;
    const x = viewOf(numbers(1, n * c * h * h), [n, c, h, h]);
    const grad = viewOf(numbers(2, n * o * h * h), [n, o, h, h]);
    const weight = viewOf(numbers(3, o * c * 9), [o, c, 3, 3]);
    const [out, gradX] = [emptyView([n, o, h, h]), emptyView([n, c, h, h])];
    cpu.convolution("forward", x, weight, out, plain);
    cpu.convolution("input", grad, weight, gradX, plain);
    const [outOne, gradOne] = [emptyView([1, o, h, h]), emptyView([1, c, h, h])];
    for (const image of [0, 3, 6]) {
      cpu.convolution("forward", some(x, image, 1), weight, outOne, plain);
      cpu.convolution("input", some(grad, image, 1), weight, gradOne, plain);
      expect(read(outOne)).toEqual(read(some(out, image, 1)));
      expect(read(gradOne)).toEqual(read(some(gradX, image, 1)));
    }
  }
});

test("the gradient of the weights sums 64 pixels from zero at a time, in order", () => {
  const [n, c, h, o] = [70, 5, 4, 6];
  const x = viewOf(numbers(1, n * c * h * h), [n, c, h, h]);
  const grad = viewOf(numbers(2, n * o * h * h), [n, o, h, h]);
  const whole = emptyView([o, c, 3, 3]);
  cpu.convolution("weight", grad, x, whole, plain);
  const total = new Float32Array(o * c * 9);
  for (let image = 0; image < n; image += 4) {
    const images = Math.min(4, n - image);
    const part = emptyView([o, c, 3, 3]);
    cpu.convolution("weight", some(grad, image, images), some(x, image, images), part, plain);
    read(part).forEach((value, i) => {
      total[i]! += value;
    });
  }
  expect(read(whole)).toEqual([...total]);
});

test("infinities and NaN stay in their window", () => {
  const data = numbers(1, 3 * 36);
  data[2 * 36 + 14] = Number.NaN;
  const [x, weight, out] = [
    viewOf(data, [1, 3, 6, 6]),
    viewOf(numbers(2, 4 * 27), [4, 3, 3, 3]),
    emptyView([1, 4, 6, 6]),
  ];
  cpu.convolution("forward", x, weight, out, plain);
  read(out).forEach((value, i) => {
    const [y, z] = [Math.floor(i / 6) % 6, i % 6];
    expect(Number.isNaN(value)).toBe(Math.abs(y - 2) <= 1 && Math.abs(z - 2) <= 1);
  });
});

test.each<DType>(["float32", "float64"])("nothing to sum gives zeros or the bias, %s", (dtype) => {
  const empty = (shape: readonly number[]): View => emptyView(shape, dtype);
  const weights = empty([4, 3, 3, 3]);
  cpu.convolution("weight", empty([0, 4, 5, 5]), empty([0, 3, 5, 5]), weights, plain);
  expect(read(weights)).toEqual(new Array(108).fill(0));
  cpu.convolution("forward", empty([0, 3, 5, 5]), weights, empty([0, 4, 5, 5]), plain);
  const bias = dtype === "float32" ? viewOf(numbers(1, 2)) : viewOf(Float64Array.from(numbers(1, 2)));
  const out = empty([1, 2, 2, 2]);
  cpu.convolution("forward", empty([1, 0, 2, 2]), empty([2, 0, 1, 1]), out, { ...plain, bias, padding: [0, 0] });
  const [p, q] = read(bias) as [number, number];
  expect(read(out)).toEqual([p, p, p, p, q, q, q, q]);
  const input = empty([1, 3, 2, 2]);
  cpu.convolution("input", empty([1, 0, 2, 2]), empty([0, 3, 1, 1]), input, { ...plain, padding: [0, 0] });
  expect(read(input)).toEqual(new Array(12).fill(0));
});
