/** Does every one have one? What is exported has a sample, a golden and an example, or a reason why not. */
import { readdirSync, readFileSync } from "node:fs";

/** Why names need nothing: several names, with spaces between them, and one reason. */
export type Exemptions = Readonly<Record<string, string>>;

/** What each name must have, by the words for it. */
export type Has = Readonly<Record<string, (name: string) => boolean>>;

/** Every name that lacks something and is not exempt, and every exemption of what is not there or lacks nothing, in words. */
export function every(kind: string, names: readonly string[], has: Has, exempt: Exemptions = {}): string[] {
  const exempted = new Set(Object.keys(exempt).flatMap((some) => some.split(" ")));
  const lacks = (name: string): string[] => Object.keys(has).filter((thing) => !has[thing]!(name));
  const open = names.filter((name) => !exempted.has(name) && lacks(name).length > 0);
  const idle = [...exempted].filter((name) => !names.includes(name) || lacks(name).length === 0);
  return [
    ...open.map((name) => `${kind} ${name} has no ${lacks(name).join(", no ")}`),
    ...idle.map((name) => `${kind} ${name} is exempt without need`),
  ];
}

const declared =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:\/\*.*\*\/\n)?export (?:abstract )?(?:const|function|class) (\w+)/g;

/** The names that a package declares below a doc comment with an example that runs. */
export function namesWithExample(folder: URL): ReadonlySet<string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const found = files.flatMap((file) => [...readFileSync(new URL(file, folder), "utf8").matchAll(declared)]);
  return new Set(found.filter(([, text]) => text!.includes("```ts doctest")).map(([, , name]) => name!));
}
