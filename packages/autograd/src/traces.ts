/** Where was a node made, and where a storage last written? Noted in anomaly mode only: a stack costs more than a small operation. */
import type { GradFn, Tensor } from "@ag/tensor/fn";
import { deepStack, type Storage } from "@ag/tensor/internal";

const written = new WeakMap<Storage, string>();

/** Lines of our own packages: what is left says more. */
const ours = /(?:@ag[/+]|packages\/)(?:kernels|tensor|autograd|nn)\b.*\/(?:src|dist)\//;

function linesNow(): string {
  const lines = (deepStack(() => new Error("here")).stack ?? "")
    .split("\n")
    .filter((line) => /:\d+/.test(line) && !/\bnode:internal\b/.test(line));
  const theirs = lines.filter((line) => !ours.test(line));
  return (theirs.length > 0 ? theirs : lines).map((line) => `\n    ${line.trim()}`).join("");
}

/** As PyTorch does, among the notes of the node. */
export function noteMade({ metadata }: GradFn): void {
  metadata.traceback_ = linesNow();
}

export function noteWrite(targets: readonly Tensor[]): void {
  const lines = linesNow();
  for (const { storage } of targets) written.set(storage, lines);
}

/** As text for messages; empty where nothing was noted. */
export const linesOf = ({ metadata }: GradFn): string => (metadata.traceback_ as string | undefined) ?? "";
export const linesOfWrite = (storage: Storage): string => written.get(storage) ?? "";
