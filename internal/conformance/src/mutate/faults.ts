/** Which faults are planted? The patches in `faults/`, each of one line. */
import { readdirSync, readFileSync } from "node:fs";

export interface Fault {
  /** From the root of the repository. */
  readonly file: string;
  /** What it breaks. */
  readonly why: string;
  /** Why no test sees it; null when one must. */
  readonly explained: string | null;
  /** The line without its indent: there is one such line in the file. */
  readonly old: string;
  readonly new: string;
}

const folder = new URL("../../faults/", import.meta.url);

/** The faults of a text: `--- file`, then for each `# why`, perhaps `# unseen: reason`, `-old line`, `+new line`. */
export function faultsOf(text: string): Fault[] {
  const found: Fault[] = [];
  let [file, why, explained, old] = ["", "", null as string | null, ""];
  for (const line of text.split("\n")) {
    const rest = line.slice(1).trim();
    if (line.startsWith("--- ")) file = line.slice(4);
    else if (line.startsWith("# unseen: ")) explained = line.slice(10);
    else if (line.startsWith("#")) why = rest;
    else if (line.startsWith("-")) old = rest;
    else if (line.startsWith("+")) {
      found.push({ file, why, explained, old, new: rest });
      explained = null;
    } else if (line !== "") throw new Error(`faults: need a line that begins with #, - or +; got ${line}.`);
  }
  return found;
}

/** All of them, or those in packages, folders or files of these names. */
export function faultsIn(names: readonly string[]): Fault[] {
  const all = readdirSync(folder)
    .sort()
    .flatMap((name) => faultsOf(readFileSync(new URL(name, folder), "utf8")));
  const wanted = names.map((name) => `/${name.replace(/^@ag\//, "").replace(/\/$/, "")}`);
  const isIn = ({ file }: Fault, name: string): boolean => `/${file}`.endsWith(name) || `/${file}`.includes(`${name}/`);
  for (const name of wanted)
    if (!all.some((fault) => isIn(fault, name)))
      throw new RangeError(`mutate: need the name of a package or file with planted faults; got "${name.slice(1)}".`);
  return wanted.length === 0 ? all : all.filter((fault) => wanted.some((name) => isIn(fault, name)));
}

/** The text with the fault. */
export function planted(text: string, { file, old, new: replacement }: Fault): string {
  const lines = text.split("\n");
  const at = lines.flatMap((line, i) => (line.trim() === old ? [i] : []));
  if (at.length !== 1) throw new Error(`mutate: need one line "${old}" in ${file}; got ${at.length}.`);
  const line = lines[at[0]!]!;
  lines[at[0]!] = line.slice(0, line.length - line.trimStart().length) + replacement;
  return lines.join("\n");
}
