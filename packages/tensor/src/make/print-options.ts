/** How are tensors printed? */
import { aFlag, aNumber } from "../arguments/kinds.ts";
import { need } from "../arguments/signature.ts";
import { ValueError } from "../core/errors.ts";
import { settings } from "./print.ts";

export interface PrintOptions {
  /** Digits behind the point. */
  readonly precision?: number;
  /** More elements than this are summarised; Infinity shows all. */
  readonly threshold?: number;
  /** How many elements of each edge a summary shows. */
  readonly edgeItems?: number;
  /** Characters in a line. */
  readonly lineWidth?: number;
  /** Scientific notation always or never; null lets the numbers decide. */
  readonly sciMode?: boolean | null;
}

/**
 * Changes how tensors are printed from now on.
 *
 * ```ts doctest
 * setPrintOptions({ precision: 2 });
 * const text = String(tensor([0.125]));
 * setPrintOptions({ precision: 4 });
 * text // => "tensor([0.12])"
 * ```
 */
export function setPrintOptions(options: PrintOptions): void {
  const counts = { precision: aNumber, threshold: aNumber, edgeItems: aNumber, lineWidth: aNumber };
  need("setPrintOptions", { options: { ...counts, sciMode: [aFlag, null] } }, options);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const isAny = name === "sciMode" || (name === "threshold" && value === Infinity);
    if (!isAny && !(Number.isInteger(value) && value >= 0))
      throw new ValueError(`setPrintOptions: need a whole number for ${name}; got ${value}.`);
    if (name === "precision" && value > 100)
      throw new ValueError(`setPrintOptions: need a precision of at most 100; got ${value}.`);
  }
  Object.assign(settings, Object.fromEntries(given));
}
