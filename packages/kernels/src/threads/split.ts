/** Into which chunks is a range of independent work cut? Ranges that take at least 20 µs each, 32 at most. No bit depends on it. */
import { parallel } from "./parallel.ts";

/** Nanoseconds of one chunk, at least. */
const LEAST = 20_000;
const MOST = 32;

export interface Range {
  /** Things in the range: elements, rows, channels. */
  readonly n: number;
  /** Nanoseconds that one thread would take for all, about: bytes / 8 + flops / 40. */
  readonly work: number;
  /** Chunks begin at multiples of this. */
  readonly multiple?: number;
  /** Bytes of scratch space that each thread has for itself. */
  readonly local?: number;
}

/** Whether it is too little to be cut: then nothing need be prepared for it. */
export const isSmall = (work: number): boolean => work < 2 * LEAST;

/** Calls `body(first, count, local)` for ranges that make up 0 … n − 1; a body as `parallel` wants it. */
export function split(
  { n, work, multiple = 1, local = 0 }: Range,
  body: (first: number, count: number, local: number) => void,
): void {
  const wanted = Math.max(1, Math.min(MOST, Math.floor(work / LEAST)));
  const size = Math.ceil(n / wanted / multiple) * multiple;
  parallel({ chunks: Math.ceil(n / size), work, local }, (chunk, at) =>
    body(chunk * size, Math.min(size, n - chunk * size), at),
  );
}
