import * as nodeModule from "node:module";
import * as autograd from "@ag/autograd";
import { Softsign } from "@ag/goldens/softsign";
import * as models from "@ag/models";
import * as nn from "@ag/nn";
import * as optim from "@ag/optim";
import * as serialization from "@ag/serialization";
import * as tensor from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { said } from "../src/compiler.ts";
import { allExamples, allPrograms } from "../src/doc-examples.ts";

/** In doc comments everything is at hand, with the layer of CONTRIBUTING.md; READMEs import what they use. */
const { var: _, ...tensors } = tensor as typeof tensor & { readonly var?: unknown }; // a word of the language
const scope = { ...tensors, ...autograd, ...nn, ...optim, ...serialization, ...models, Softsign };
const strip = (nodeModule as { stripTypeScriptTypes?: (code: string) => string }).stripTypeScriptTypes;

const plain = (x: unknown): unknown => (x instanceof tensor.Tensor ? x.tolist() : x);
const equals = (value: unknown, expected: unknown): boolean => {
  expect(typeof expected === "string" && expected.startsWith("tensor(") ? String(value) : plain(value)).toEqual(
    expected,
  );
  return true;
};
const refuses = (call: () => unknown, fragment: string): void => {
  expect(call).toThrow(fragment);
};
const load = async (name: string): Promise<unknown> => (await import(name)) as unknown;

type Body = (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...parameters: string[]) => Body;

test.skipIf(!strip).each(allExamples().map(({ where, code }) => [where, code] as const))("%s", async (_, code) => {
  const javascript = strip?.(`async () => {${code}\n}`) ?? "";
  const parameters = ["modules", "check", "refuse", ...Object.keys(scope)];
  const run = new AsyncFunction(...parameters, `await (${javascript.replace(/;\s*$/, "")})()`);
  expect(code).toMatch(/check\(|refuse\(/);
  await run(load, equals, refuses, ...Object.values(scope));
});

describe("READMEs and pages compile, and types are what they say", () => {
  test.each(allPrograms().map(({ where, code }) => [where, code] as const))("%s", (_, code) => {
    const { types, complaints } = said(code);
    expect(complaints).toEqual([]);
    const claimed = [...code.matchAll(/^\s*const (\w+) = .*; \/\/ (Tensor<.*>)$/gm)];
    expect(claimed.map(([, name]) => types.get(name!))).toEqual(claimed.map(([, , type]) => type));
  });
});
