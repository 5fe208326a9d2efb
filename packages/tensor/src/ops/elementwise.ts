/** The families with forms in place: a new one is a line here. */
export * from "./pointwise/activation.ts";
export * from "./pointwise/arithmetic.ts";
export * from "./pointwise/bounds.ts";
export * from "./pointwise/combine.ts";
export * from "./pointwise/compare.ts";
export * from "./pointwise/division.ts";
export * from "./pointwise/functions.ts";
export * from "./pointwise/power.ts";
