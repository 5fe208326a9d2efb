/** Where do the windows of a pooling layer lie? Computed once a call, for rows and for columns, and read by all kernels. */
import { bytes } from "../../wasm/runtime.ts";

/** Bytes of one window in a table: first element inside of the input, number of them, and what it counts in the divisor. */
export const SPAN = 12;

export const spanBytes = (windows: number): number => SPAN * windows;

type Write = (window: number, from: number, count: number, share: number) => void;

function writeTable(at: number, windows: number, spans: (write: Write) => void): void {
  const table = new Int32Array(bytes().buffer, at, 3 * windows);
  spans((window, from, count, share) => {
    table[3 * window] = from;
    table[3 * window + 1] = count;
    table[3 * window + 2] = share;
  });
}

/** Windows of fixed size along one dimension. */
export interface Span {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  /** The border counts in the divisor. */
  readonly includesPadding: boolean;
}

/** The part of each window that is inside of the input. */
export function writeSpans(at: number, size: number, windows: number, span: Span): void {
  const { kernel, stride, padding, dilation, includesPadding } = span;
  writeTable(at, windows, (write) => {
    for (let i = 0; i < windows; i++) {
      const start = i * stride - padding;
      const end = start + (kernel - 1) * dilation + 1;
      const from = start < 0 ? start + Math.ceil(-start / dilation) * dilation : start;
      const count = Math.max(0, Math.ceil((Math.min(end, size) - from) / dilation));
      write(i, from, count, includesPadding ? Math.min(end, size + padding) - start : count);
    }
  });
}

/** Window i spans floor(i·in/out) … ceil((i+1)·in/out). */
export function writeAdaptiveSpans(at: number, size: number, windows: number): void {
  writeTable(at, windows, (write) => {
    for (let i = 0; i < windows; i++) {
      const from = Math.floor((i * size) / windows);
      const count = Math.ceil(((i + 1) * size) / windows) - from;
      write(i, from, count, count);
    }
  });
}
