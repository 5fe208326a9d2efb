/** One step of stochastic gradient descent, in the order of PyTorch's `_single_tensor_sgd`; products and sums round apart. */
import { f32, f64, i32, type Kernel, kernel, pointer } from "../../wasm/assembler/index.ts";
import { applyRule, type Float, type Rule } from "./rule.ts";

/** What a kernel is made for. */
export interface SgdKind {
  readonly hasMomentum: boolean;
  readonly isFirst: boolean;
  readonly nesterov: boolean;
  readonly hasDecay: boolean;
  readonly maximize: boolean;
}

const sgdRule =
  ({ hasMomentum, isFirst, nesterov, hasDecay, maximize }: SgdKind): Rule =>
  (m, [p, grad, buffer], [minusLr, momentum, undamped, decay]) => {
    let g = grad!;
    if (maximize) g = m.let(m.neg(g));
    if (hasDecay) g = m.let(m.add(g, m.mul(p!, decay!)));
    const move = (by: typeof g): typeof g => m.add(p!, m.mul(by, minusLr!));
    if (!hasMomentum) return [move(g)];
    const next = isFirst ? g : m.let(m.add(m.mul(buffer!, momentum!), m.mul(g, undamped!)));
    return [move(nesterov ? m.add(g, m.mul(next, momentum!)) : next), next];
  };

/** Parameters are p, buffer and gradient; without momentum the buffer is ignored. `undamped` is 1 − dampening. */
export function sgdKernel(dtype: Float, kind: SgdKind): Kernel {
  const float = dtype === "float32" ? f32 : f64;
  const parameters = {
    count: i32,
    p: pointer,
    buffer: pointer,
    grad: pointer,
    minusLr: float,
    momentum: float,
    undamped: float,
    decay: float,
  };
  const rule = sgdRule(kind);
  return kernel(parameters, (f, { count, p, buffer, grad, minusLr, momentum, undamped, decay }) => {
    const scalars = [minusLr, momentum, undamped, decay];
    if (!kind.hasMomentum) return applyRule(f, dtype, rule, { count, arrays: [p, grad], scalars });
    const swapped: Rule = (m, [p, buffer, grad], constants) => rule(m, [p!, grad!, buffer!], constants);
    applyRule(f, dtype, swapped, { count, arrays: [p, buffer, grad], scalars });
  });
}
