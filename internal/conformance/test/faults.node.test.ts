import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../src/mutate/copy.ts";
import { faultsIn, planted } from "../src/mutate/faults.ts";

const faults = faultsIn([]);
const named = faults.map((fault) => [`${fault.file}: ${fault.why}`, fault] as const);

describe("planted faults", () => {
  test.each(named)("%s", (_, fault) => {
    expect(existsSync(join(root, fault.file))).toBe(true);
    const text = readFileSync(join(root, fault.file), "utf8");
    expect(planted(text, fault)).not.toBe(text); // throws unless there is such a line
  });

  test("there are a hundred at least, and no two are on one line", () => {
    expect(faults.length).toBeGreaterThanOrEqual(100);
    expect(new Set(faults.map(({ file, below, old }) => `${file}: ${below}: ${old}`)).size).toBe(faults.length);
  });
});
