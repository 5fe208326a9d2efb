interface Product {
  readonly exponent: number;
  readonly value: number;
}

/** The latest products of each group, by base. */
const products = /* @__PURE__ */ new WeakMap<object, Map<number, Product>>();
/** Bases of a group that are kept. */
const KEPT = 4;

/**
 * Powers with growing whole exponents, as running products: the bits of a step do not depend on how many came before it
 * in this run, for there are the same factors in the same order whether a product goes on or starts again.
 */
export function power(group: object, base: number, exponent: number): number {
  const own = products.get(group) ?? new Map<number, Product>();
  products.set(group, own);
  const held = own.get(base);
  const from = held !== undefined && held.exponent <= exponent ? held : { exponent: 0, value: 1 };
  let { value } = from;
  for (let i = from.exponent; i < exponent; i++) value *= base;
  if (own.size >= KEPT && held === undefined) own.clear();
  own.set(base, { exponent, value });
  return value;
}
