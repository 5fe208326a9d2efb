/** Steps of optimizers, in the order of PyTorch's single-tensor code; every operation rounds. */
import type { Kernels, View } from "@ag/kernels";
import { floatsOf } from "./algebra.ts";
import { numbers, write } from "./elements.ts";

/** New values of the first arrays, from an element of each array. */
type Step = (...elements: number[]) => readonly number[];

function update(arrays: readonly View[], step: Step): void {
  const columns = arrays.map(numbers);
  const results = columns[0]!.map((_, i) => step(...columns.map((column) => column[i]!)));
  results[0]?.forEach((_, a) => {
    write(
      arrays[a]!,
      results.map((result) => result[a]!),
    );
  });
}

export const sgd: Kernels["sgd"] = (params, grads, buffers, options) => {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, isFirst } = options;
  params.forEach((param, i) => {
    const m = floatsOf(param.dtype);
    const along = (p: number, grad: number): number => {
      const g = maximize ? -grad : grad;
      return weightDecay === 0 ? g : m.add(g, m.mul(p, weightDecay));
    };
    const moved = (p: number, by: number): number => m.add(p, m.mul(by, -lr));
    if (momentum === 0) update([param, grads[i]!], (p, grad) => [moved(p!, along(p!, grad!))]);
    else
      update([param, buffers[i]!, grads[i]!], (p, buffer, grad) => {
        const g = along(p!, grad!);
        const next = isFirst ? g : m.add(m.mul(buffer!, momentum), m.mul(g, 1 - dampening));
        return [moved(p!, nesterov ? m.add(g, m.mul(next, momentum)) : next), next];
      });
  });
};

export const adam: Kernels["adam"] = (params, grads, expAvgs, expAvgSqs, options) => {
  const { lr, beta1, beta2, eps, weightDecay, isDecoupled, maximize, bias1, bias2 } = options;
  params.forEach((param, i) => {
    const m = floatsOf(param.dtype);
    update([param, expAvgs[i]!, expAvgSqs[i]!, grads[i]!], (p, mean, square, grad) => {
      let g = maximize ? -grad! : grad!;
      if (weightDecay !== 0 && !isDecoupled) g = m.add(g, m.mul(p!, weightDecay));
      const start = isDecoupled ? m.mul(p!, 1 - lr * weightDecay) : p!;
      const average = m.add(mean!, m.mul(m.sub(g, mean!), 1 - beta1));
      const squares = m.add(m.mul(square!, beta2), m.mul(m.mul(g, 1 - beta2), g));
      const scale = m.add(m.div(m.sqrt(squares), Math.sqrt(bias2)), eps);
      return [m.add(start, m.div(m.mul(average, -(lr / bias1)), scale)), average, squares];
    });
  });
};
