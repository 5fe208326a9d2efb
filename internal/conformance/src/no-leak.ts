/** What does a call leave behind? Every block that it allocates must be given back once its results are disposed. */
import { checkMemory, debugMemory, liveBlocks } from "@ag/kernels";
import { tensorsIn } from "./own-tensors.ts";

/**
 * The operations that made what is still held after `body`, and after disposing what it returned: its results, its
 * inputs, their gradients. Kernels that write too far throw.
 */
function leaksOf(body: () => unknown): string[] {
  debugMemory(true);
  try {
    for (const x of tensorsIn(body())) x.dispose();
    checkMemory();
    return liveBlocks().map(({ label, bytes }) => `${label}: ${bytes} bytes`);
  } finally {
    debugMemory(false);
  }
}

/** Throws when a call leaves more behind than it gives. It runs twice: the first time may make what is kept for good. */
export function expectNoLeak(body: () => unknown): void {
  leaksOf(body);
  const leaks = leaksOf(body);
  if (leaks.length > 0) throw new Error(`leaked ${leaks.join(", ")}`);
}
