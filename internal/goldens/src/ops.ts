/** What `ops.py` is asked: every sample of an operation. */
import "@ag/autograd";
import "@ag/tensor"; // some samples use methods
import { samples } from "@ag/tensor/samples";
import { encode } from "./encode.ts";

export const askedOfOps = (): unknown =>
  samples.map(({ op, torch, name, args, throws = null, onlyHere = false, isStep = false }) => ({
    op,
    torch,
    name,
    args: args.map(encode),
    throws,
    onlyHere,
    isStep,
  }));
