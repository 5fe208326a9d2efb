import * as autograd from "@ag/autograd";
import * as models from "@ag/models";
import * as nn from "@ag/nn";
import * as init from "@ag/nn/init";
import * as optim from "@ag/optim";
import * as serialization from "@ag/serialization";
import * as tensor from "@ag/tensor";
import { scope } from "@ag/tensor";
import { expect, test } from "vitest";
import { makeCalls } from "../src/calls/batch.ts";
import { lineOf } from "../src/calls/report.ts";
import { exempt, subjects } from "../src/calls/subjects.ts";
import { Random } from "../src/random.ts";

const SEED = 7;
const CALLS = 2000;

const exported = { ...tensor, ...autograd, ...nn, ...init, ...optim, ...serialization, ...models };
const functions = Object.entries(exported).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
const called = new Set(subjects.map(({ name }) => name.replace(/^(new |init\.)/, "").replace(/\..*/, "")));

test("every export is called, or says why not", () => {
  expect(functions.filter((name) => !called.has(name) && !(name in exempt))).toEqual([]);
});

const answers = ({ args, call }: (typeof subjects)[number], seed: number): boolean => {
  using _ = scope();
  try {
    void Promise.resolve(call(...args(new Random(seed)))).catch(() => {});
    return true;
  } catch {
    return false;
  }
};

test("unchanged arguments give an answer", () => {
  const seeds = Array.from({ length: 30 }, (_, i) => i);
  const refused = subjects.filter((subject) => !seeds.some((seed) => answers(subject, seed)));
  expect(refused.map(({ name }) => name)).toEqual(["x.where"]); // its samples begin with the condition
});

/** A Node that reads TypeScript makes the calls: in a process of their own, whose hangs and ends are seen. */
const readsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

test.skipIf(!readsTypes)(`${CALLS} calls give values or errors of ours`, async () => {
  const lines: string[] = [];
  await makeCalls({ seed: SEED, from: 0, to: CALLS, onFailure: (failure) => lines.push(lineOf(SEED, failure)) });
  expect(lines).toEqual([]);
});
