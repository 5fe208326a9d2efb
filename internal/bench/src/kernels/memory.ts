/** Kernels that mostly read and write: on long arrays, rows and all parameters of resnet18. */
import { cpu, type Formula, formulas, sizeOf, type View } from "@ag/kernels";
import { type Kernel, sizes, type Views } from "./kernel.ts";
import { parameterSizes } from "./layers.ts";

const N = 10_000_000;
const SIDE = 1024;

/** `bytes` for each of `n` elements. */
const moving = (shape: readonly number[], bytes: number): Pick<Kernel, "shape" | "work" | "rate"> => ({
  shape: sizes(shape),
  work: bytes * sizeOf(shape),
  rate: "GB/s",
});

const sum: Formula = (m, a, b) => m.add(a!, b!);

const long: readonly Kernel[] = [
  {
    name: "add",
    ...moving([N], 12),
    prepare: (views) => {
      const [a, b, out] = [views.random([N]), views.random([N]), views.empty([N])];
      return () => cpu.pointwise(sum, [a, b], out, "float32");
    },
  },
  {
    name: "exp",
    ...moving([N], 8),
    prepare: (views) => {
      const [x, out] = [views.random([N]), views.empty([N])];
      return () => cpu.pointwise(formulas.exp, [x], out, "float32");
    },
  },
  {
    name: "sum",
    ...moving([N], 4),
    prepare: (views) => {
      const [x, out] = [views.random([N]), views.empty([1])];
      return () => cpu.reduce("sum", x, out);
    },
  },
];

const square: readonly Kernel[] = [
  {
    name: "softmax",
    ...moving([SIDE, SIDE], 8),
    prepare: (views) => {
      const [x, out] = [views.random([SIDE, SIDE]), views.empty([SIDE, SIDE])];
      return () => cpu.softmax(x, out, false);
    },
  },
  {
    name: "copy of a transposed matrix",
    ...moving([SIDE, SIDE], 8),
    prepare: (views) => {
      const [x, out] = [views.random([SIDE, SIDE]), views.empty([SIDE, SIDE])];
      const transposed: View = { ...x, strides: [1, SIDE] };
      return () => cpu.copy(transposed, out);
    },
  },
];

const parameters = parameterSizes();
const total = parameters.reduce((sum, n) => sum + n, 0);
const group = (views: Views): readonly View[] => parameters.map((n) => views.random([n]));

const updates: readonly Kernel[] = [
  {
    name: "SGD with momentum",
    ...moving([total], 20),
    prepare: (views) => {
      const [params, grads, buffers] = [group(views), group(views), group(views)];
      const options = { lr: 1e-9, momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false };
      return () => cpu.sgd(params, grads, buffers, { ...options, maximize: false, isFirst: false });
    },
  },
  {
    name: "Adam",
    ...moving([total], 28),
    prepare: (views) => {
      const [params, grads, expAvgs, expAvgSqs] = [group(views), group(views), group(views), group(views)];
      const options = { lr: 1e-9, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, bias1: 0.1, bias2: 0.001 };
      return () => cpu.adam(params, grads, expAvgs, expAvgSqs, { ...options, isDecoupled: false, maximize: false });
    },
  },
];

export const streams: readonly Kernel[] = [...long, ...square, ...updates];
