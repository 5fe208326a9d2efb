/** Kernels that mostly read and write: on long arrays, rows and all parameters of resnet18. */
import { cpu, type Formula, formulas, type Rule, sizeOf, type View } from "@ag/kernels";
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

const momentum: Rule = (m, [p, buffer, grad], [lr, share]) => {
  const next = m.add(m.mul(buffer!, share!), grad!);
  return [m.sub(p!, m.mul(next, lr!)), next];
};

const adam: Rule = (m, [p, mean, square, grad], [rate, spread, eps, weight, share, rest]) => {
  const first = m.add(mean!, m.mul(m.sub(grad!, mean!), weight!));
  const second = m.add(m.mul(square!, share!), m.mul(m.mul(grad!, rest!), grad!));
  const scale = m.add(m.div(m.sqrt(second), spread!), eps!);
  return [m.sub(p!, m.div(m.mul(first, rate!), scale)), first, second];
};

const updates: readonly Kernel[] = [
  {
    name: "SGD with momentum",
    ...moving([total], 20),
    prepare: (views) => {
      const arrays = [group(views), group(views), group(views)];
      return () => cpu.update(momentum, arrays, [1e-9, 0.9]);
    },
  },
  {
    name: "Adam",
    ...moving([total], 28),
    prepare: (views) => {
      const arrays = [group(views), group(views), group(views), group(views)];
      return () => cpu.update(adam, arrays, [1e-8, 0.03, 1e-8, 0.1, 0.999, 0.001]);
    },
  },
];

export const streams: readonly Kernel[] = [...long, ...square, ...updates];
