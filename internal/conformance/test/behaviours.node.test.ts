import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { behaviours, themes } from "../src/behaviours/all.ts";
import { enableGrad, isGradEnabled } from "../src/behaviours/api.ts";
import { pending } from "../src/behaviours/pending.ts";
import { type Behaviour, isSame, outcomeOf } from "../src/behaviours/table.ts";
import { leftBehind } from "../src/held.ts";

const golden = new URL("../../goldens/answers/behaviours.json", import.meta.url);
const outcomes = JSON.parse(readFileSync(golden, "utf8")) as Readonly<Record<string, unknown>>;

const expected = ({ name, python }: Behaviour): unknown =>
  typeof python === "string" ? outcomes[name] : python.outcome;

/** How a behaviour differs, in words; null if it does not. */
async function differenceOf(one: Behaviour): Promise<string | null> {
  const wanted = expected(one);
  let difference: string | null = null;
  const left = await leftBehind(async () => {
    try {
      let given: unknown;
      let isOn = false;
      enableGrad(() => {
        given = one.ours();
        isOn = isGradEnabled();
      }); // whatever others left behind
      const ours = outcomeOf(await given);
      if (!isSame(ours, wanted)) difference = `${JSON.stringify(ours)} instead of ${JSON.stringify(wanted)}`;
      else if (!isOn) difference = "recording is off afterwards";
    } catch (error) {
      difference = String(error);
    }
  });
  return difference ?? (left > 0 ? `${left} tensors, storages and nodes are left behind` : null);
}

test("every behaviour has an outcome, and a name of its own", () => {
  const named = behaviours.flatMap(({ name, python }) => (typeof python === "string" ? [name] : []));
  expect(Object.keys(outcomes)).toEqual(named);
  const names = behaviours.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect([...pending].filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(Object.entries(themes))("%s", (_, list) => {
  test.each(list.map((one) => [one.name, one] as const))("%s", async (name, one) => {
    const difference = await differenceOf(one);
    if (pending.has(name)) expect(difference, "this is PyTorch's now: take it out of pending.ts").not.toBeNull();
    else expect(difference, difference ?? "").toBeNull();
  });
});
