import { ValueError } from "@ag/tensor/fn";

/** Throws unless a number is at least 0; NaN is not. */
export function needNonNegative(rule: string, fragment: string, value: number): void {
  if (!(typeof value === "number" && value >= 0))
    throw new ValueError(`${rule}: Invalid ${fragment}: need a number >= 0; got ${String(value)}.`);
}
