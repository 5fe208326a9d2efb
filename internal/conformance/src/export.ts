/** Writes every sample as JSON to the standard output: `goldens.py` runs them with PyTorch. */
import "@ag/autograd";
import "@ag/tensor"; // some samples use methods
import { samples } from "@ag/tensor/samples";
import { encode } from "./encode.ts";

const exported = samples.map(({ op, torch, name, args, throws = null, onlyHere = false, isStep = false }) => ({
  op,
  torch,
  name,
  args: args.map(encode),
  throws,
  onlyHere,
  isStep,
}));
process.stdout.write(JSON.stringify(exported));
