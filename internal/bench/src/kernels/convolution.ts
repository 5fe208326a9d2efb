import { type ConvolutionOptions, cpu, type View } from "@ag/kernels";
import type { Kernel, Views } from "./kernel.ts";
import { type Input, inputs, type Layer, layersFor } from "./layers.ts";

/** What a layer's three kernels take. */
interface Operands {
  readonly x: View;
  readonly weight: View;
  readonly grad: View;
  readonly options: ConvolutionOptions;
}

type Call = (operands: Operands, views: Views) => () => void;

const forward: Call = ({ x, weight, grad, options }, views) => {
  const out = views.empty(grad.sizes);
  return () => cpu.convolution("forward", x, weight, out, options);
};

const inputGradient: Call = ({ x, weight, grad, options }, views) => {
  const out = views.empty(x.sizes);
  return () => cpu.convolution("input", grad, weight, out, options);
};

const weightGradient: Call = ({ x, weight, grad, options }, views) => {
  const out = views.empty(weight.sizes);
  return () => cpu.convolution("weight", grad, x, out, options);
};

function operands({ c, o, kernel, stride, padding, size, outSize }: Layer, batch: number, views: Views): Operands {
  return {
    x: views.random([batch, c, size, size]),
    weight: views.random([o, c, kernel, kernel]),
    grad: views.random([batch, o, outSize, outSize]),
    options: { stride: [stride, stride], padding: [padding, padding], dilation: [1, 1], groups: 1 },
  };
}

function kernelsOf(layer: Layer, { batch, size }: Input): readonly Kernel[] {
  const { c, o, kernel, stride, outSize, times } = layer;
  const made = (name: string, call: Call): Kernel => ({
    name,
    shape: `${batch}x${c}x${layer.size}x${layer.size} → ${o}, ${kernel}x${kernel} / ${stride}, ×${times}`,
    work: 2 * batch * o * outSize * outSize * c * kernel * kernel,
    rate: "GF/s",
    prepare: (views) => call(operands(layer, batch, views), views),
  });
  const isFirst = layer.size === size; // nobody asks for the gradient of the images
  return [
    made("conv2d", forward),
    ...(isFirst ? [] : [made("conv2d input gradient", inputGradient)]),
    made("conv2d weight gradient", weightGradient),
  ];
}

export const convolutions: readonly Kernel[] = inputs.flatMap((input) =>
  layersFor(input.size).flatMap((layer) => kernelsOf(layer, input)),
);
