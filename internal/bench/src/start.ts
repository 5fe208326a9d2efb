/** How does a process of ours begin? With the vectors and the numerics of its mode. */

export const modes = ["wide", "narrow", "fast"] as const;

export type Mode = (typeof modes)[number];

interface Library {
  startThreads(options: { readonly threads: number }): Promise<number>;
  setNumThreads(count: number): void;
  numerics?(mode: "reproducible" | "fast"): void;
}

/** Loads the kernels in that mode, before anything is computed. */
export async function start(mode: string): Promise<Library> {
  if (mode !== "narrow") await import("@ag/kernels/wide");
  const library: Library = await import("@ag/kernels");
  if (mode === "fast") library.numerics?.("fast");
  return library;
}
