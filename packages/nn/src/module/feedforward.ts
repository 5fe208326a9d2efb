import { Module } from "./module.ts";
import { passesOn } from "./passing.ts";
import type { Rule, Ruled } from "./ruled.ts";

/**
 * A module through which tensors only pass: its `forward` keeps nothing in fields or elsewhere, calls no modules but those
 * in its fields, and uses what one of them gave no more once another has taken it. So memory is given back on the way
 * (`passing.ts`). A subclass that overrides such a forward is an ordinary module: it may keep what it likes.
 */
export abstract class Feedforward extends Module implements Ruled {
  declare readonly "~rule": Rule;

  constructor() {
    super();
    passesOn(this);
  }
}
