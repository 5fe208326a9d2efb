/** Which arguments have no derivative, and so may not ask for one? */
import { GradError } from "../core/errors.ts";
import { isRecording } from "../core/recorder.ts";
import type { Tensor } from "../core/tensor.ts";

/** Throws while recording, for what requires a gradient. `kernel` and the names are PyTorch's. */
export function refuseTracked(op: string, kernel: string, tensors: Readonly<Record<string, Tensor | null>>): void {
  for (const [name, x] of Object.entries(tensors))
    if (x?.requiresGrad && isRecording())
      throw new GradError(
        `${op}: The function '${kernel}' is not differentiable with respect to argument '${name}'. This input cannot have ` +
          "requires_grad True. Use detach().",
      );
}
