/** How does a process of ours begin? With the vectors and the numerics of its mode. */

export const modes = ["wide", "narrow", "fast"] as const;

export type Mode = (typeof modes)[number];

interface Library {
  readonly startThreads: (options: { readonly threads: number }) => Promise<number>;
  readonly setNumThreads: (count: number) => void;
  readonly numerics?: (mode: "reproducible" | "fast") => void;
}

/** Loads the kernels in that mode, before anything is computed. */
export async function load(mode: string): Promise<Library> {
  if (mode !== "narrow") await import("@ag/kernels/wide");
  const library: Library = await import("@ag/kernels");
  if (mode === "fast") library.numerics?.("fast");
  return library;
}

/** A busy machine may need more than one wait. */
const WAITS = 4;

/** Loads the kernels, and waits for all threads. */
export async function start(mode: string, threads: number): Promise<void> {
  const { startThreads } = await load(mode);
  let started = 0;
  for (let i = 0; i < WAITS && started < threads; i++) started = await startThreads({ threads });
  if (started < threads) throw new Error(`bench: need ${threads} threads; got ${started}.`);
}
