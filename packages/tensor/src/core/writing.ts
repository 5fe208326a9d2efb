/** How is a tensor changed in place? With a note for the tape; and what a lost thread left unfinished is never read. */
import { WorkerLostError } from "@ag/kernels";
import type { Tensor } from "./tensor.ts";

/** Runs `write`, which changes `targets`, and counts the change. */
export function writing(targets: readonly Tensor[], write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof WorkerLostError) for (const { storage } of targets) storage.spoil(() => unfinished(error));
    throw error;
  }
  for (const { storage } of targets) storage.version++;
}

const unfinished = ({ threads }: WorkerLostError): WorkerLostError =>
  new WorkerLostError(
    "tensor is not complete: need a tensor that was written whole; got one that was changed in place when a thread was " +
      "lost. Make it anew.",
    threads,
  );
