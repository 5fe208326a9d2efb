import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("CONTRIBUTING.md", root), "utf8");
/** Each place: the file that is named, and the code shown for it. */
const places = [...text.matchAll(/`((?:packages|internal)\/[^`]*\.ts)`:\n\n {3}(````?)ts\n([\s\S]*?)\n {3}\2\n/g)].map(
  ([, file, , code]) => [file!, code!.replaceAll(/^ {3}/gm, "")] as const,
);

test("CONTRIBUTING shows the two places of an operation, of a layer, of an optimizer and of a schedule", () =>
  expect(places.length).toBe(8));

test.each(places)("the code it shows stands in %s", (file, code) => {
  expect(readFileSync(new URL(file, root), "utf8")).toContain(code);
});
