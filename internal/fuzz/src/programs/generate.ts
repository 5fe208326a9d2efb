/** Programs from a number: leaves, then steps on what is there, writes in place and gradients among them. */
import { Random } from "../random.ts";
import type { Features } from "./features.ts";
import { passes } from "./passes.ts";
import type { Program } from "./program.ts";
import { Writer } from "./writer.ts";
import { write } from "./writes.ts";

/** The program of a number. */
export function programOf(seed: number, number: number, features: Features): Program {
  const writer = new Writer(new Random(seed, number, 0x9706), features);
  writer.leaves();
  const most = writer.steps.length + writer.random.whole(6, 21);
  for (let tries = 0; tries < 200 && writer.steps.length < most; tries++) {
    const kind = writer.random.unit();
    if (kind < 0.6) writer.operation();
    else if (kind < 0.8) write(writer);
    else writer.random.pick(passes)(writer);
  }
  passes[0]!(writer);
  return writer.steps;
}
