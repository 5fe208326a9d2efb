/** Behaviours that are not PyTorch's yet. One that becomes so leaves this list: its test says so. */
export const pending: ReadonlySet<string> = new Set([]);
