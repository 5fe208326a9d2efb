/** What does a schedule know? Its fields as a table: PyTorch's key, what each may be, and what it is unless given. */
import { ValueError } from "@ag/tensor/fn";
import { type Check, shown } from "../optimizer/options.ts";

export interface Field {
  /** In state dicts. */
  readonly key: string;
  /** Any number but NaN unless given. */
  readonly check?: Check;
  /** An option, which is this unless given; a field without it is given by the constructor. */
  readonly usual?: number;
}

/** In the order of PyTorch's state dict. */
export type Fields = Readonly<Record<string, Field>>;

export const anyNumber: Check = (_, name, value) => {
  if (typeof value !== "number" || Number.isNaN(value))
    throw new ValueError(`scheduler: need a number as ${name}; got ${shown(value)}.`);
};

/** A number of epochs. */
export const period: Check = (scheduler, name, value) => {
  if (!(Number.isInteger(value) && (value as number) > 0))
    throw new ValueError(`${scheduler}: need a whole number > 0 as ${name}; got ${shown(value)}.`);
};

/** Throws unless each field is what it may be. */
export function checkFields(scheduler: string, fields: Fields, values: Readonly<Record<string, unknown>>): void {
  for (const [name, { check = anyNumber }] of Object.entries(fields)) check(scheduler, name, values[name]);
}
