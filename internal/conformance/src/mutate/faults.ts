/** Which faults are planted? The patches in `faults/`, each of one line. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export interface Fault {
  /** From the root of the repository. */
  readonly file: string;
  /** What it breaks. */
  readonly why: string;
  /** Why no test sees it; null when one must. */
  readonly explained: string | null;
  /** The line above which the fault is not: of several equal ones it is in the first below. "" where there is one. */
  readonly below: string;
  /** The line without its indent. */
  readonly old: string;
  readonly new: string;
}

const folder = new URL("../../faults/", import.meta.url);

/**
 * The faults of a text: `--- file`, then for each `# why`, perhaps `# unseen: reason`, perhaps `@@ a line above`,
 * `-old line`, `+new line`.
 */
export function faultsOf(text: string): Fault[] {
  const found: Fault[] = [];
  let [file, why, explained, below, old] = ["", "", null as string | null, "", ""];
  for (const line of text.split("\n")) {
    const rest = line.slice(1).trim();
    if (line.startsWith("--- ")) file = line.slice(4);
    else if (line.startsWith("# unseen: ")) explained = line.slice(10);
    else if (line.startsWith("#")) why = rest;
    else if (line.startsWith("@@ ")) below = line.slice(3);
    else if (line.startsWith("-")) old = rest;
    else if (line.startsWith("+")) {
      found.push({ file, why, explained, below, old, new: rest });
      [explained, below] = [null, ""];
    } else if (line !== "") throw new Error(`faults: need a line that begins with #, @@, - or +; got ${line}.`);
  }
  return found;
}

/** All of them, or those in packages, folders or files of these names; of the list in a file, if one is given. */
export function faultsIn(names: readonly string[], list?: string): Fault[] {
  const lists = list === undefined ? readdirSync(folder).sort() : [resolve(list)];
  const all = lists.flatMap((name) => faultsOf(readFileSync(new URL(name, folder), "utf8")));
  const wanted = names.map((name) => `/${name.replace(/^@ag\//, "").replace(/\/$/, "")}`);
  const isIn = ({ file }: Fault, name: string): boolean => `/${file}`.endsWith(name) || `/${file}`.includes(`${name}/`);
  for (const name of wanted)
    if (!all.some((fault) => isIn(fault, name)))
      throw new RangeError(`mutate: need the name of a package or file with planted faults; got "${name.slice(1)}".`);
  return wanted.length === 0 ? all : all.filter((fault) => wanted.some((name) => isIn(fault, name)));
}

/** The text with the fault. */
export function planted(text: string, { file, below, old, new: replacement }: Fault): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim().startsWith(below));
  const at = lines.flatMap((line, i) => (line.trim() === old && i >= start ? [i] : []));
  if (start < 0 || at.length === 0 || (at.length > 1 && below === ""))
    throw new Error(`mutate: need one line "${old}"${below && ` below "${below}"`} in ${file}; got ${at.length}.`);
  const line = lines[at[0]!]!;
  lines[at[0]!] = line.slice(0, line.length - line.trimStart().length) + replacement;
  return lines.join("\n");
}
