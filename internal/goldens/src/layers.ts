/** What `layers.py` is asked: every sample of a layer, and of a function of `@ag/nn` that is no operation. */
import "@ag/autograd";
import { calls, layers, makeName, stepName } from "@ag/nn/samples";
import { samples as ownLayers } from "./softsign.ts";
import { encodeGiven } from "./values.ts";

const listOf = (args: readonly unknown[], name: string): unknown[] =>
  args.map((arg, i) => encodeGiven(arg, `${name}.${i}`));

export const askedOfLayers = (): unknown => ({
  layers: [...layers, ...ownLayers].map((sample) => {
    const { of, torch, name, make, args, steps, throws, onlyHere = false } = sample;
    return {
      of,
      torch,
      name,
      make: listOf(make, makeName(sample)),
      steps: args && Array.from({ length: steps }, (_, i) => listOf(args, stepName(sample, i))),
      throws: throws !== undefined,
      onlyHere,
    };
  }),
  calls: calls.map((sample) => {
    const { of, torch, name, args, throws, onlyHere = false } = sample;
    return { of, torch, name, args: listOf(args, makeName(sample)), throws: throws !== undefined, onlyHere };
  }),
});
