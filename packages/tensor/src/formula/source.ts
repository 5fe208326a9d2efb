/** How is a formula shown? With `${1}`, `${2}`, … for what stands in its holes, and a mark under what is wrong. */
import { ValueError } from "../core/errors.ts";

export class Source {
  readonly parts: readonly string[];

  constructor(parts: readonly string[]) {
    this.parts = [...parts];
  }

  /** Where a part ends in what is shown: there stands its hole. */
  holeAt(hole: number): number {
    return this.#until(hole).length;
  }

  #until(hole: number): string {
    return this.parts.slice(0, hole + 1).reduce((before, part, i) => `${before}\${${i}}${part}`);
  }

  /** Throws, with the line in which something is wrong; `hint` is a sentence. */
  refuse(at: number, need: string, got: string, hint = ""): never {
    const shown = this.#until(this.parts.length - 1);
    const before = shown.slice(0, at).split("\n");
    const line = shown.split("\n")[before.length - 1]!;
    const indent = before.at(-1)!.replaceAll(/[^\t]/g, " ");
    const where = before.length > 1 ? `line ${before.length}, character` : "character";
    throw new ValueError(
      `expr: need ${need}; got ${got} at ${where} ${indent.length + 1}. ${hint}`.trimEnd() +
        `\n  ${line}\n  ${indent}^`,
    );
  }
}
