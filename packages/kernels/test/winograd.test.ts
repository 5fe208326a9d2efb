import { cpu, type DType, sizeOf, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/products.json" with { type: "json" };
import { allowedError, type ConvolutionCase as Case, largestDifference, numbers } from "./numbers.ts";
import { read, viewOf } from "./views.ts";

const ways = ["forward", "input", "weights"] as const;

/** Output and both gradients, written over rubbish. In float64 nothing is transformed. */
function computed({ x, weight, out, options }: Case, dtype: DType): Record<(typeof ways)[number], number[]> {
  const view = (seed: number, shape: readonly number[]): View => {
    const data = numbers(seed, sizeOf(shape));
    return viewOf(dtype === "float32" ? data : Float64Array.from(data), shape);
  };
  const rubbish = (shape: readonly number[]): View => {
    const data = new Float32Array(sizeOf(shape)).fill(Number.NaN);
    return viewOf(dtype === "float32" ? data : Float64Array.from(data), shape);
  };
  const [images, kernel, bias, grad] = [view(1, x), view(2, weight), view(3, [weight[0]!]), view(4, out)];
  const [forward, input, weights] = [rubbish(out), rubbish(x), rubbish(weight)];
  cpu.convolution("forward", images, kernel, forward, { ...options, bias });
  cpu.convolution("input", grad, kernel, input, options);
  cpu.convolution("weight", grad, images, weights, options);
  return { forward: read(forward), input: read(input), weights: read(weights) };
}

describe.each(goldens.winograd as unknown as readonly Case[])("x $x, weight $weight, $options.padding", (item) => {
  test("errs as little as PyTorch allows", () => {
    const exact = computed(item, "float64");
    const results = computed(item, "float32");
    for (const way of ways) {
      for (const [i, pick] of item[way].picks.entries()) expect(exact[way][pick]).toBeCloseTo(item[way].exact[i]!, 9);
      const error = largestDifference(results[way], exact[way]);
      expect(error, `${way}: ${(error / item[way].error).toFixed(2)} × PyTorch's`).toBeLessThanOrEqual(
        allowedError(item[way], exact[way]),
      );
    }
  });
});
