/** Behaviours that are not PyTorch's yet. One that becomes so leaves this list: its test says so. */
export const pending: ReadonlySet<string> = new Set([
  // PyTorch goes on on another thread; JavaScript has one stack, which some 700 such passes fill.
  "passes inside of passes, two thousand deep",
]);
