import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const packages = new URL("../../../packages/", import.meta.url);

test("no ** in packages but powers of two: engines differ in its last bit", () => {
  const sources = readdirSync(packages, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^[^/]+\/src\/.*\.ts$/.test(file),
  );
  const uses = sources.flatMap((file) =>
    readFileSync(new URL(file, packages), "utf8")
      .split("\n")
      .flatMap((line, i) => {
        const code = line
          .trim()
          .replaceAll(/\/\/.*$|^\*.*$|\/\*\*?.*$|`[^`]*`|"[^"]*"/g, "")
          .replaceAll(/\b2n? \*\*/g, "");
        return code.includes("**") ? [`${file}:${i + 1}: ${line.trim()}`] : [];
      }),
  );
  expect(uses).toEqual([]);
});
