/** One step of Adam or AdamW, in the order of PyTorch's `_single_tensor_adam`; products and sums round apart. */
import { f32, f64, i32, type Kernel, kernel, pointer } from "../../wasm/assembler/index.ts";
import { applyRule, type Float, type Rule } from "./rule.ts";

export interface AdamKind {
  readonly decay: "none" | "joined" | "decoupled";
  readonly maximize: boolean;
  /** 1 − beta1 is below one half, as float32 or float64: PyTorch's lerp counts from the nearer end. */
  readonly isNearMean: boolean;
}

const adamRule =
  ({ decay, maximize, isNearMean }: AdamKind): Rule =>
  (m, [p, mean, square, grad], scalars) => {
    const [decayed, weight, rest, beta2, rest2, spread, eps, minusStep] = scalars;
    let g = grad!;
    if (maximize) g = m.let(m.neg(g));
    if (decay === "joined") g = m.let(m.add(g, m.mul(p!, decayed!)));
    const start = decay === "decoupled" ? m.let(m.mul(p!, decayed!)) : p!;
    const gap = m.let(m.sub(g, mean!));
    const average = m.let(isNearMean ? m.add(mean!, m.mul(gap, weight!)) : m.sub(g, m.mul(gap, rest!)));
    const squares = m.let(m.add(m.mul(square!, beta2!), m.mul(m.mul(g, rest2!), g)));
    const scale = m.add(m.div(m.sqrt(squares), spread!), eps!);
    return [m.add(start, m.div(m.mul(average, minusStep!), scale)), average, squares];
  };

/**
 * `decay`: the factor of p in the gradient, or 1 − lr·decay when decoupled. `weight` is 1 − beta1 and `rest` 1 − weight,
 * `rest2` 1 − beta2, `spread` √(1 − beta2^step), `minusStep` −lr / (1 − beta1^step).
 */
export function adamKernel(dtype: Float, kind: AdamKind): Kernel {
  const float = dtype === "float32" ? f32 : f64;
  const arrays = { p: pointer, mean: pointer, square: pointer, grad: pointer };
  const factors = { decay: float, weight: float, rest: float, beta2: float, rest2: float };
  const ends = { spread: float, eps: float, minusStep: float };
  return kernel({ count: i32, ...arrays, ...factors, ...ends }, (f, args) => {
    const { count, p, mean, square, grad, decay, weight, rest, beta2, rest2, spread, eps, minusStep } = args;
    const scalars = [decay, weight, rest, beta2, rest2, spread, eps, minusStep];
    applyRule(f, dtype, adamRule(kind), { count, arrays: [p, mean, square, grad], scalars });
  });
}
