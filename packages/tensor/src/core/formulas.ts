/** Formulas that several operations ask for: kernels are kept by formula, so one serves them all. */
import type { Formula } from "@ag/kernels";

/** Whether an element counts as true. NaN does. */
export const isSet: Formula = (m, x) => m.ne(x, 0);

/** 0 for each element, NaN too. */
export const zero: Formula = (m, x) => m.select(m.eq(x!, x!), 0, 0);
