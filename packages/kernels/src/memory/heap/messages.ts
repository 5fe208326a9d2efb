/** What does the pool say to the user? */
import { OutOfMemoryError } from "../../errors.ts";
import type { Block } from "./block.ts";

const LARGEST = 8;

const mebibytes = (n: number): string => `${(n / 2 ** 20).toFixed(1)} MiB`;

/** Bytes that WebAssembly can address. */
export const MOST: number = 2 ** 32;

/** The error of an operation that wants `bytes` bytes: it says which operations made what fills the heap. */
export function outOfMemory(bytes: number, label: string, heap: number, blocks: Iterable<Block>): OutOfMemoryError {
  if (!(bytes >= 0)) return new OutOfMemoryError(`${label}: need a size of at least 0 bytes; got ${bytes}.`);
  if (bytes > MOST)
    return new OutOfMemoryError(
      `${label}: need ${mebibytes(bytes)}; got a memory that ends at ${mebibytes(MOST)}. ` +
        "Use smaller sizes, or a smaller dtype.",
    );
  const totals = new Map<string, { count: number; bytes: number }>();
  for (const block of blocks) {
    const total = totals.get(block.label) ?? { count: 0, bytes: 0 };
    totals.set(block.label, { count: total.count + 1, bytes: total.bytes + block.bytes });
  }
  const largest = [...totals].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, LARGEST);
  const table = largest.map(([op, t]) => `\n  ${op}: ${mebibytes(t.bytes)} in ${t.count} storages`).join("");
  return new OutOfMemoryError(
    `${label}: need ${mebibytes(bytes)}; got a heap of ${mebibytes(heap)} that cannot grow. ` +
      `Dispose tensors, wrap steps in scope(), or raise setMemoryLimit. Largest live storages:${table}`,
  );
}

/** Shown once: a loop that gives nothing back works, but copies what it leaves behind. */
export function warnOfSpilling(bytes: number): void {
  console.warn(
    `UserWarning: ${mebibytes(bytes)} of tensors that nothing gave back were moved out of the heap. That costs time and ` +
      "nothing else. Wrap each step in scope(() => …), or raise setMemoryLimit({ soft }).",
  );
}
