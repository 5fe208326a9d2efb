const given = new Set<string>();

/** Shows a warning on the console, once per process and text. */
export function warnOnce(message: string): void {
  if (given.has(message)) return;
  given.add(message);
  console.warn(`UserWarning: ${message}`);
}
