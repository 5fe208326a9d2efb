/** A file that is damaged, hostile, or of a format or feature that is not known. Nothing was loaded. */
export class FormatError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** A pickle that asks for more than a reader of weights knows: foreign globals, unknown opcodes, broken stacks. */
export class UnpicklingError extends FormatError {}

/** The first bytes of a file of an unknown kind, as text. */
export function beginning(head: Uint8Array, size: number): string {
  const first = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${size} bytes that begin with "${first}"`;
}

/** A value of a hostile file as text: containers, which may be huge or circular, only by kind. */
export function show(x: unknown): string {
  if (typeof x === "string") return JSON.stringify(x.length > 300 ? `${x.slice(0, 300)}…` : x);
  if (Array.isArray(x) && x.length <= 64 && x.every((item) => typeof item === "number")) return `[${x.join(", ")}]`;
  return typeof x === "object" && x !== null ? "a container" : String(x);
}

/** The error of a file that is not as it should be. */
export const bad = (need: string, got: string, cause?: unknown, op = "load"): FormatError =>
  new FormatError(`${op}: need ${need}; got ${got}.`, cause === undefined ? cause : { cause });

/** The error of a pickle that asks for too much. */
export const unsafe = (need: string, got: string): UnpicklingError =>
  new UnpicklingError(`load: need ${need}; got ${got}.`);
