import { cpu, type DType, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/update.json" with { type: "json" };
import { read, viewOf } from "./views.ts";

interface Options {
  readonly momentum?: number;
  readonly dampening?: number;
  readonly weight_decay?: number;
  readonly nesterov?: boolean;
  readonly maximize?: boolean;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
}
interface Case {
  readonly rule: "sgd" | "adam" | "adamw";
  readonly dtype: "float32" | "float64";
  readonly options: Options;
  readonly start: number[][];
  readonly steps: readonly { readonly grads: number[][]; readonly params: number[][] }[];
}
const cases = goldens as unknown as Case[];

const LR = 0.1;
const viewsOf = (values: readonly number[][], dtype: DType): View[] =>
  values.map((x) => viewOf(dtype === "float32" ? Float32Array.from(x) : Float64Array.from(x)));

const sgdOptions = (o: Options, isFirst: boolean): Parameters<typeof cpu.sgd>[3] => ({
  lr: LR,
  momentum: o.momentum ?? 0,
  dampening: o.dampening ?? 0,
  weightDecay: o.weight_decay ?? 0,
  nesterov: o.nesterov ?? false,
  maximize: o.maximize ?? false,
  isFirst,
});

function adamOptions(rule: string, o: Options, step: number): Parameters<typeof cpu.adam>[4] {
  const [beta1, beta2] = o.betas ?? [0.9, 0.999];
  let [power1, power2] = [1, 1];
  for (let i = 0; i <= step; i++) [power1, power2] = [power1 * beta1, power2 * beta2];
  return {
    lr: LR,
    beta1,
    beta2,
    eps: o.eps ?? 1e-8,
    weightDecay: o.weight_decay ?? 0,
    isDecoupled: rule === "adamw",
    maximize: o.maximize ?? false,
    bias1: 1 - power1,
    bias2: 1 - power2,
  };
}

/** The same step, operation by operation; `r` rounds to the dtype. */
function reference({ rule, options: o }: Case, step: number, r: (x: number) => number) {
  const { momentum, dampening, weightDecay, nesterov, maximize } = sgdOptions(o, step === 0);
  const a = adamOptions(rule, o, step);
  return (p: number, grad: number, first: number, second: number): [number, number, number] => {
    let g = maximize ? -grad : grad;
    const decoupled = rule === "adamw" && weightDecay !== 0;
    if (weightDecay !== 0 && !decoupled) g = r(g + r(p * r(weightDecay)));
    if (rule === "sgd") {
      const buffer = step === 0 ? g : r(r(first * r(momentum)) + r(g * r(1 - dampening)));
      const by = momentum === 0 ? g : nesterov ? r(g + r(buffer * r(momentum))) : buffer;
      return [r(p + r(by * r(-LR))), buffer, 0];
    }
    const start = decoupled ? r(p * r(1 - LR * weightDecay)) : p;
    const weight = r(1 - a.beta1);
    const gap = r(g - first);
    const mean = weight < 0.5 ? r(first + r(gap * weight)) : r(g - r(gap * r(1 - weight)));
    const square = r(r(second * r(a.beta2)) + r(r(g * r(1 - a.beta2)) * g));
    const scale = r(r(r(Math.sqrt(square)) / r(Math.sqrt(a.bias2))) + r(a.eps));
    return [r(start + r(r(mean * r(-(LR / a.bias1))) / scale)), mean, square];
  };
}

function step(c: Case, index: number, params: View[], first: View[], second: View[]): void {
  const grads = viewsOf(c.steps[index]!.grads, c.dtype);
  if (c.rule === "sgd") cpu.sgd(params, grads, c.options.momentum ? first : [], sgdOptions(c.options, index === 0));
  else cpu.adam(params, grads, first, second, adamOptions(c.rule, c.options, index));
}

describe.each(cases.map((c) => ({ ...c, name: JSON.stringify(c.options) })))("$rule $dtype $name", (c) => {
  test("as PyTorch, to the last places", () => {
    const params = viewsOf(c.start, c.dtype);
    const zeros = c.start.map((x) => x.map(() => 0));
    const [first, second] = [viewsOf(zeros, c.dtype), viewsOf(zeros, c.dtype)];
    const tolerance = 16 * (c.dtype === "float32" ? 2 ** -24 : 2 ** -53);
    c.steps.forEach((golden, index) => {
      step(c, index, params, first, second);
      params.forEach((p, i) => {
        read(p).forEach((x, j) => {
          const expected = golden.params[i]![j]!;
          expect(Math.abs(x - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
        });
      });
    });
  });

  test("bits of the same steps taken operation by operation", () => {
    const r = c.dtype === "float32" ? Math.fround : (x: number): number => x;
    const params = viewsOf(c.start, c.dtype);
    const zeros = c.start.map((x) => x.map(() => 0));
    const [first, second] = [viewsOf(zeros, c.dtype), viewsOf(zeros, c.dtype)];
    let expected = c.start.map((x) => x.map((p): [number, number, number] => [p, 0, 0]));
    c.steps.forEach(({ grads }, index) => {
      step(c, index, params, first, second);
      const rule = reference(c, index, r);
      expected = expected.map((x, i) => x.map(([p, a, b], j) => rule(p, grads[i]![j]!, a, b)));
      params.forEach((p, i) => {
        expect(read(p)).toEqual(expected[i]!.map(([x]) => x));
      });
    });
  });
});

test("long arrays are updated to the last element, and neighbours are left alone", () => {
  const n = 70001;
  const whole = viewOf(new Float32Array(n + 2).fill(1));
  const param: View = { ...whole, offset: 1, sizes: [n] };
  const grad = viewOf(Float32Array.from({ length: n }, (_, i) => i));
  cpu.sgd([param], [grad], [], { ...sgdOptions({}, true), lr: 0.5 });
  const values = read(whole);
  expect([values[0], values[n + 1]]).toEqual([1, 1]);
  expect(values.slice(1, n + 1).every((x, i) => x === 1 - 0.5 * i)).toBe(true);
});

test("an empty parameter and an empty group are no work", () => {
  const x = viewOf(Float32Array.of(1, 2));
  const empty: View = { ...x, sizes: [0] };
  cpu.sgd([empty], [empty], [], sgdOptions({}, true));
  cpu.adam([empty], [empty], [empty], [empty], adamOptions("adam", {}, 0));
  cpu.adam([], [], [], [], adamOptions("adam", {}, 0));
  expect(read(x)).toEqual([1, 2]);
});

test("whole numbers are refused", () => {
  const x = viewOf(Int32Array.of(1));
  expect(() => cpu.sgd([x], [x], [], sgdOptions({}, true))).toThrow(
    "sgd: need float32 or float64 parameters; got int32",
  );
});
