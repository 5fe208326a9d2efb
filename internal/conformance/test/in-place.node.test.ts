import "@ag/autograd";
import "@ag/tensor"; // some samples use methods
import { Tensor } from "@ag/tensor";
import * as functions from "@ag/tensor/fn";
import { sameShape } from "@ag/tensor/internal";
import { samples } from "@ag/tensor/samples";
import { expect, test } from "vitest";
import { elementsOfTensor } from "../src/goldens.ts";

type InPlace = (...args: readonly unknown[]) => Tensor;
const forms = Object.entries(functions as unknown as Readonly<Record<string, { readonly inPlace?: InPlace }>>).flatMap(
  ([name, op]) => (op.inPlace ? [{ name, op, inPlace: op.inPlace }] : []),
);
const calls = forms.flatMap(({ name, op, inPlace }) =>
  samples
    .filter(({ run, throws, args }) => run === (op as unknown) && throws === undefined && args[0] instanceof Tensor)
    .map((sample) => [`${name}_: ${sample.name}`, inPlace, sample] as const),
);

/** Results are stored in their own kind of dtype or in a wider one. */
const kindOf = (x: Tensor): number => (x.dtype === "bool" ? 0 : x.isFloatingPoint() ? 2 : 1);

test.each(calls)("%s", (_, inPlace, { run, args: [first, ...rest] }) => {
  const out = run(first, ...rest) as Tensor;
  const target = functions.clone((first as Tensor).detach()).detach();
  const { version } = target.storage;
  const fits = sameShape(out.shape, target.shape);
  if (!fits || kindOf(out) > kindOf(target)) {
    const before = elementsOfTensor(target);
    expect(() => inPlace(target, ...rest)).toThrow(fits ? "can't be cast" : "broadcast");
    expect(elementsOfTensor(target)).toEqual(before);
    expect(target.storage.version).toBe(version);
    return;
  }
  expect(inPlace(target, ...rest)).toBe(target);
  expect(elementsOfTensor(target)).toEqual(elementsOfTensor(out.to(target.dtype)));
  expect(target.storage.version).toBe(version + 1);
});

test.each<[string, (x: Tensor) => unknown]>([
  ["fill_", (x) => x.fill_(2)],
  ["fill_ with a tensor", (x) => x.fill_(functions.tensor(2))],
  ["zero_", (x) => x.zero_()],
  ["copy_", (x) => x.copy_(functions.tensor([3, 4]))],
  ["uniform_", (x) => x.uniform_()],
  ["normal_", (x) => x.normal_()],
  ["bernoulli_", (x) => x.bernoulli_()],
  ["setAt_", (x) => x.setAt_(5, 0)],
  ["setAt_ at positions", (x) => x.setAt_(5, functions.tensor([1n]))],
])("%s is counted as one write", (_, write) => {
  const x = functions.tensor([1, 2]);
  write(x);
  expect(x.storage.version).toBe(1);
});

test("every form in place is run", () => {
  const run = new Set(calls.map(([, inPlace]) => inPlace));
  expect(forms.filter(({ inPlace }) => !run.has(inPlace)).map(({ name }) => name)).toEqual([]);
});
