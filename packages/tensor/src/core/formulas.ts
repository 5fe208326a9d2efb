/** Formulas that several operations ask for: kernels are kept by formula, so one serves them all. */
import type { Formula } from "@ag/kernels";

/** Whether an element counts as true. NaN does. */
export const isSet: Formula = (m, x) => m.ne(x, 0);
