import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("CONTRIBUTING.md", root), "utf8");
/** Each place: the file that is named, and the code shown for it. */
const places = [...text.matchAll(/`(packages\/[^`]*\.ts)`:\n\n {3}(````?)ts\n([\s\S]*?)\n {3}\2\n/g)].map(
  ([, file, , code]) => [file!, code!.replaceAll(/^ {3}/gm, "")] as const,
);

test("dtypes are named where CONTRIBUTING says, in three places at most, and nowhere else", () => {
  const section = /^## A new dtype\n([\s\S]*?)^## /m.exec(text)![1]!;
  const told = [...section.matchAll(/^\d\. .*?`(packages\/[^`]*\.ts)`/gms)].map(([, file]) => file!);
  const sources = readdirSync(new URL("packages/", root), { recursive: true, encoding: "utf8" })
    .map((file) => `packages/${file}`)
    .filter((file) => /^packages\/[^/]+\/src\/.*(?<!\.samples)\.ts$/.test(file));
  for (const dtype of ["int8", "int16"]) {
    const naming = sources.filter((file) => {
      const code = readFileSync(new URL(file, root), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return new RegExp(`\\b${dtype}\\b`).test(code);
    });
    expect(naming.sort()).toEqual(told.toSorted());
  }
  expect(told.length).toBeLessThanOrEqual(3);
});

test("CONTRIBUTING shows an operation's two places", () => expect(places.length).toBe(2));

test.each(places)("the code it shows stands in %s", (file, code) => {
  expect(readFileSync(new URL(file, root), "utf8")).toContain(code);
});
