import golden from "@ag/goldens/answers/cells.json" with { type: "json" };
import { manualSeed } from "@ag/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "../src/cell.ts";
import { cells } from "../src/cells/index.ts";
import { runTutorial } from "../src/tutorial.ts";
import { loadModel } from "../src/weights.ts";

const printed = new Map<Cell, string>();
const shown: string[] = [];
const files = new Map<string, string>();

beforeAll(async () => {
  manualSeed(0);
  let current: Cell | undefined;
  await runTutorial({
    loadModel: () => loadModel({ weights: "none", seed: 0, say: () => {} }),
    show: (cell, code) => {
      current = cell;
      printed.set(cell, "");
      shown.push(code);
    },
    print: (line) => printed.set(current!, `${printed.get(current!)}${line}\n`),
    write: (name, text) => files.set(name, text),
    now: () => 0,
  });
}, 120_000);

/** Numbers with a fraction: those whole in PyTorch too must be equal as text. */
const fraction = /-?\d+\.\d+(?:e[+-]\d+)?/g;
const masked = (text: string): string => text.replaceAll(fraction, "#").replaceAll(/ +/g, " ");
const numbers = (text: string): number[] => (text.match(fraction) ?? []).map(Number);

describe("each cell prints what PyTorch prints", () => {
  test.each(golden.printed.map(({ cell, text }, i) => [cell, text, i] as const))("%s", (_, text, i) => {
    const ours = printed.get(cells[i]!) ?? "";
    expect(masked(ours)).toBe(masked(text));
    const expected = numbers(text);
    numbers(ours).forEach((x, n) => {
      expect(Math.abs(x - expected[n]!)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(expected[n]!)));
    });
  });
});

const exact = golden.printed
  .map(({ cell, text }, i) => [cell, text, i] as const)
  .filter(([cell]) => !["forward", "backward", "step"].includes(cell));

test.each(exact)("%s is equal as text", (_, text, i) => {
  expect(printed.get(cells[i]!)).toBe(text);
});

test("each cell shows its code", () => {
  expect(shown.length).toBe(cells.length);
  expect(shown).not.toContain("");
});

test("the loss of ten training steps falls", () => {
  const losses = [...printed.get(cells.at(-1)!)!.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
  expect(losses.length).toBe(10);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
});

test("the graph is written as DOT and as JSON", () => {
  expect(files.get("graph.dot")).toMatch(/^digraph \{/);
  const graph = JSON.parse(files.get("graph.json")!) as { nodes: { name: string }[] };
  expect(graph.nodes.map(({ name }) => name)).toContain("PowBackward0");
});
