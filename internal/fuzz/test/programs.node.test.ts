import { expect, test } from "vitest";
import { keptMismatches, lineOf } from "../src/programs/report.ts";

test("programs answer as PyTorch did", () => {
  const { seed, count, found } = keptMismatches();
  expect(count).toBeGreaterThanOrEqual(300);
  expect(found.filter(({ gaps }) => gaps.length === 0).map((mismatch) => lineOf(seed, mismatch))).toEqual([]);
});
