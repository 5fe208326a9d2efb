/** Gradients are cut before an optimizer's step. The gradients stay the same tensors. */
import { noGrad } from "@ag/autograd";
import { add, clamp, div, GradError, mul, norm, stack, Tensor, ValueError, zeros } from "@ag/tensor/fn";
import { aFlag, aNumber, anIterable, aTensor, gradAt, need, someTensors, withScope } from "@ag/tensor/internal";

export interface ClipNormOptions {
  /** The order of the norm: 2 unless given, 1, or Infinity. */
  readonly normType?: number;
  /** Throw when the norm is NaN or infinite, before anything is scaled. */
  readonly errorIfNonfinite?: boolean;
}

const clipOptions = { normType: aNumber, errorIfNonfinite: aFlag };

const someParameters = [aTensor, anIterable];

const gradientsOf = (parameters: Tensor | Iterable<Tensor>): Tensor[] => {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  need("clip", { parameters: someTensors }, list);
  return list.flatMap((x) => gradAt(x) ?? []);
};

/**
 * Scales the gradients of all parameters together so that their norm, as of one vector, is at most `maxNorm`: by
 * maxNorm / (norm + 1e-6), never up. Gives the norm before.
 *
 * Throws {@link GradError} for a norm that is not finite, if `errorIfNonfinite`.
 *
 * ```ts doctest
 * const w = new Parameter(tensor([3, 4]));
 * w.mul(w).sum().backward();
 * clipGradNorm_([w], 5).item() // => 10
 * ```
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipNormOptions = {},
): Tensor {
  need(
    "clipGradNorm_",
    { parameters: someParameters, maxNorm: aNumber, options: clipOptions },
    parameters,
    maxNorm,
    options,
  );
  const { normType = 2, errorIfNonfinite = false } = options;
  const clip = (): Tensor => {
    const grads = gradientsOf(parameters);
    if (grads.length === 0) return zeros([]);
    const order = { p: normType };
    const total = norm(stack(grads.map((grad) => norm(grad, null, order))), null, order);
    if (errorIfNonfinite && !Number.isFinite(total.item()))
      throw new GradError(
        `clipGradNorm_: The total norm of order ${normType} for gradients from \`parameters\` is non-finite, so it cannot be clipped.`,
      );
    const coefficient = clamp(div(maxNorm, add(total, 1e-6)), { max: 1 });
    for (const grad of grads) mul.inPlace(grad, coefficient);
    return total;
  };
  return noGrad(() => withScope(clip));
}

/**
 * Limits every element of the gradients to ±`clipValue`.
 *
 * ```ts doctest
 * const w = new Parameter(tensor([3, -4]));
 * w.mul(w).sum().backward();
 * clipGradValue_([w], 7);
 * w.grad.tolist() // => [6, -7]
 * ```
 */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  need("clipGradValue_", { parameters: someParameters, clipValue: aNumber }, parameters, clipValue);
  if (!(clipValue >= 0)) throw new ValueError(`clipGradValue_: need a number >= 0; got ${clipValue}.`);
  noGrad(() => {
    for (const grad of gradientsOf(parameters)) clamp.inPlace(grad, { min: -clipValue, max: clipValue });
  });
}
