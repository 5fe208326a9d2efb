import "@ag/autograd";
import "@ag/tensor"; // some samples use methods
import * as functions from "@ag/tensor/fn";
import { type Sample, samples } from "@ag/tensor/samples";
import { describe, expect, test } from "vitest";
import { every, namesWithExample } from "../src/complete.ts";
import { exemptFunctions } from "../src/exemptions.ts";
import { fileOf, goldens } from "../src/goldens.ts";

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const byName = functions as unknown as Readonly<Record<string, unknown>>;

/** Functions are written small; classes are not. */
const names = Object.keys(functions).filter((name) => /^[a-z]/.test(name) && typeof byName[name] === "function");

/** The samples that run a function: as it is, or under its name in Python, which is known of a closure. */
const samplesOf = (name: string): readonly Sample[] =>
  samples.filter(({ op, run }) => run === byName[name] || op === name || op === snake(name));

const hasGolden = ({ op, name, throws, onlyHere }: Sample): boolean =>
  throws === undefined && !onlyHere && goldens.get(fileOf(op))?.[name] !== undefined;

const withExample = namesWithExample(new URL("../../../packages/tensor/src/", import.meta.url));

const has = {
  sample: (name: string): boolean => samplesOf(name).length > 0,
  golden: (name: string): boolean => samplesOf(name).some(hasGolden),
  example: (name: string): boolean => withExample.has(name),
};

test("every operation has a sample, a golden and an example", () => {
  expect(every("operation", names, has, exemptFunctions)).toEqual([]);
});

describe("what is missing is found", () => {
  test("an operation without anything", () => {
    expect(every("operation", [...names, "erfinv"], has, exemptFunctions)).toEqual([
      "operation erfinv has no sample, no golden, no example",
    ]);
  });

  test("an exemption of what is there, and of what is gone", () => {
    expect(every("operation", names, has, { ...exemptFunctions, "relu gone": "no reason" })).toEqual([
      "operation relu is exempt without need",
      "operation gone is exempt without need",
    ]);
  });
});
