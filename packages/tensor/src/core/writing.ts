/** How is a tensor changed in place? With a note for the tape; and what a lost thread left unfinished is never read. */
import { WorkerLostError } from "@ag/kernels";
import { creating } from "./creating.ts";
import { GradError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";

/** Who wants to know of writes. */
export const watching: { writes: ((targets: readonly Tensor[]) => void) | null } = { writes: null };

/** Whether a tensor was made in inference mode: its writes are not counted. */
export const isInference = ({ storage }: Tensor): boolean => Number.isNaN(storage.version);

function checkInference(targets: readonly Tensor[]): void {
  if (!creating.isInference && targets.some(isInference))
    throw new GradError(
      "Inplace update to inference tensor outside InferenceMode is not allowed: need another tensor. Use x.clone().",
    );
}

/** Runs `write`, which changes `targets`, and counts the change. */
export function writing(targets: readonly Tensor[], write: () => void): void {
  checkInference(targets);
  try {
    write();
  } catch (error) {
    if (error instanceof WorkerLostError) for (const { storage } of targets) storage.spoil(() => unfinished(error));
    throw error;
  }
  for (const { storage } of targets) storage.version++;
  watching.writes?.(targets);
}

const unfinished = ({ threads }: WorkerLostError): WorkerLostError =>
  new WorkerLostError(
    "tensor is not complete: need a tensor that was written whole; got one that was changed in place when a thread was " +
      "lost. Make it anew.",
    threads,
  );
