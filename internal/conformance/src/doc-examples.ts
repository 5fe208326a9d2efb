/** Which code do the documents show? Fences marked ```ts doctest, in sources and READMEs, as code that checks itself. */
import { readdirSync, readFileSync } from "node:fs";

export interface Example {
  /** File and line. */
  readonly where: string;
  /** JavaScript but for types; `check(value, expected)` for each line that ends in `// => expected`. */
  readonly code: string;
}

const root = new URL("../../../", import.meta.url);

const isShown = (file: string): boolean =>
  /^(packages\/[^/]+\/(src\/.*\.ts|README\.md)|docs\/[a-z-]+\.md|[A-Z]+\.md)$/.test(file) &&
  !file.includes("node_modules");

/** `import { a, b as c } from "x"` becomes a lookup in the modules at hand. */
const withoutImports = (code: string): string =>
  code
    .replaceAll(/^import (?:type )?\{([^}]*)\} from "([^"]+)";?$/gm, (_, names: string, from: string) => {
      const values = names.split(",").filter((name) => !name.trim().startsWith("type "));
      return `const {${values.map((name) => name.replace(" as ", ": ")).join(",")}} = await modules(${JSON.stringify(from)});`;
    })
    .replaceAll(/^import "([^"]+)";?$/gm, "await modules($1);".replace("$1", '"$1"'));

const withChecks = (code: string): string =>
  code.replaceAll(/^(.*?);?\s*\/\/ => (.*)$/gm, (_, expression: string, expected: string) =>
    expected.startsWith("throws ")
      ? `refuse(() => ${expression}, ${expected.slice(7)});`
      : `check(${expression}, ${expected.startsWith("tensor(") ? JSON.stringify(expected) : expected});`,
  );

/** The examples of one text. */
export function examplesOf(file: string, text: string): Example[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const open = /^(\s*(?:\* ?)?)```ts doctest\s*$/.exec(line);
    if (!open) return [];
    const end = lines.findIndex((l, i) => i > at && l.trim().replace(/^\* ?/, "") === "```");
    const body = lines.slice(at + 1, end).map((l) => l.replace(/^\s*\* ?/, open[1]?.includes("*") ? "" : "$&"));
    return [{ where: `${file}:${at + 1}`, code: withChecks(withoutImports(body.join("\n"))) }];
  });
}

/** The examples of the whole repository. */
export function allExamples(): Example[] {
  const files = ["packages", "docs", "."].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: folder !== ".", encoding: "utf8" }).map((name) =>
      folder === "." ? name : `${folder}/${name}`,
    ),
  );
  return files.filter(isShown).flatMap((file) => examplesOf(file, readFileSync(new URL(file, root), "utf8")));
}

/** The examples of READMEs and pages as they stand: programs, in TypeScript. */
export function allPrograms(): Example[] {
  const files = ["docs", ...readdirSync(new URL("packages/", root)).map((name) => `packages/${name}`), "."].flatMap(
    (folder) => readdirSync(new URL(`${folder}/`, root), { encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  return files
    .filter((file) => file.endsWith(".md") && !file.endsWith("/CONTRIBUTING.md"))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, root), "utf8");
      return [...text.matchAll(/^```ts doctest\n([\s\S]*?)\n```/gm)].map(([, code], i) => ({
        where: `${file}, ${i + 1}`,
        code: code!,
      }));
    });
}
