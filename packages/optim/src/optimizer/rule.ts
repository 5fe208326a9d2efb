/**
 * What is the rule of an optimizer, and how does a device get it? The rule names what it computes with; it is printed for
 * flags, numbers that are 0 and states that there are, so it may ask for these: `if (weightDecay !== 0)`. All other
 * numbers are given to the finished kernel: a rate that changes at every step needs no other one.
 */
import type { DType } from "@ag/tensor/fn";
import type { Algebra, Rule as ArrayRule } from "@ag/tensor/internal";

/** What an optimizer remembers of a parameter: the number of its updates, or a tensor like it. */
export type Remembered<O> =
  | "count"
  | {
      /**
       * What all elements are before the first update, also by the options of the group or those of the optimizer; null:
       * nothing, the first update says what they become.
       */
      readonly start: number | null | ((options: O, defaults: O) => number);
      /** Whether it is there; always unless given. */
      readonly when?: (options: O) => boolean;
    };

type States<O> = Readonly<Record<string, Remembered<O>>>;

/** Which update it is. Parameters of one moment are updated together. */
export interface Moment {
  /** From 1, where updates are counted. */
  readonly step: number;
  /** A state without start has no elements yet. */
  readonly isFirst: boolean;
  readonly dtype: DType;
}

type Terms = Readonly<Record<string, number | boolean>>;

/** Terms as the rule sees them: literals where they are flags or 0. */
type Printed<K, T> = { readonly [N in keyof K]: K[N] extends boolean ? boolean : T | number };

type Named<S, T> = { readonly param: T; readonly grad: T } & {
  readonly [N in keyof S as S[N] extends "count" ? never : N]: S[N] extends { when: unknown } ? T | undefined : T;
};

interface Described<O, S extends States<O>, K extends Terms> {
  /** In PyTorch's order; in its files `expAvg` is `exp_avg`. */
  readonly state: S;
  /** PyTorch has the state of all parameters from the beginning, not from their first update. */
  readonly isAtOnce?: boolean;
  /** The numbers of an update, in float64, and its flags. */
  readonly terms: (options: O, moment: Moment) => K;
  /** The new value of the parameter, and those of its states; what is not named stays as it is. */
  readonly formula: <T, C>(
    m: Algebra<T, C>,
    x: Named<S, T>,
    terms: Printed<K, T>,
  ) => { readonly param: T } & { readonly [N in keyof S]?: T | undefined };
}

/** The rule of an optimizer with options O, as {@link defineRule} makes it. */
export interface Rule<O> {
  readonly state: States<O>;
  readonly isAtOnce?: boolean;
  readonly terms: (options: O, moment: Moment) => Terms;
  readonly formula: <T, C>(
    m: Algebra<T, C>,
    x: Readonly<Record<string, T>>,
    terms: Readonly<Record<string, T | number | boolean>>,
  ) => Readonly<Record<string, T | undefined>>;
}

/**
 * A rule from its state, the numbers of an update, and the formula of one element.
 *
 * ```ts doctest
 * class SignSGD extends Optimizer<{ lr: number }> {
 *   static readonly defaults = { lr: 0.25 };
 *   static readonly rule: Rule<{ lr: number }> = defineRule({
 *     state: {},
 *     terms: ({ lr }) => ({ lr }),
 *     formula: (m, { param, grad }, { lr }) => ({ param: m.sub(param, m.copySign(m.mul(m.add(m.mul(grad, 0), 1), lr), grad)) }),
 *   });
 * }
 * const p = tensor([1, 2], { requiresGrad: true });
 * p.mul(tensor([3, -3])).sum().backward();
 * new SignSGD([p]).step();
 * p.tolist() // => [0.75, 2.25]
 * ```
 */
/* @__NO_SIDE_EFFECTS__ */
export const defineRule = <O, S extends States<O>, K extends Terms>(rule: Described<O, S, K>): Rule<O> =>
  rule as unknown as Rule<O>;

/** What is printed of a term, or null for a number that the finished kernel is given. */
const literalOf = (term: number | boolean): number | boolean | null =>
  typeof term === "boolean" || Object.is(term, 0) ? term : null;

/** A rule of arrays, and what it was printed for. */
interface PrintedRule {
  readonly states: readonly string[];
  readonly literals: Readonly<Record<string, number | boolean | null>>;
  readonly rule: ArrayRule;
}

const printed = /* @__PURE__ */ new WeakMap<object, PrintedRule[]>();

/** Compared term by term: a string of them all would take longer than small updates. */
function isFor({ states, literals }: PrintedRule, names: readonly string[], terms: Terms): boolean {
  if (states.length !== names.length || states.some((name, i) => name !== names[i])) return false;
  for (const name in terms) if (!(name in literals)) return false;
  for (const name in literals) if (!(name in terms && Object.is(literals[name], literalOf(terms[name]!)))) return false;
  return true;
}

function print(
  formula: Rule<never>["formula"],
  states: readonly string[],
  literals: PrintedRule["literals"],
): PrintedRule {
  const names = ["param", ...states, "grad"];
  const rule: ArrayRule = (m, arrays, given) => {
    const rest = [...given];
    const known = Object.entries(literals).map(([name, literal]) => [name, literal ?? rest.shift()!] as const);
    const values = names.map((name, i) => [name, arrays[i]!] as const);
    const results = formula(m, Object.fromEntries(values), Object.fromEntries(known));
    return names.slice(0, -1).map((name) => results[name]);
  };
  return { states, literals, rule };
}

/** The rule for arrays in the order parameter, states, gradient, and the scalars of this update. */
export function arrayRule(
  { formula }: Pick<Rule<never>, "formula">,
  states: readonly string[],
  terms: Terms,
): readonly [rule: ArrayRule, scalars: number[]] {
  const own = printed.get(formula) ?? [];
  let found = own.find((one) => isFor(one, states, terms));
  if (!found) {
    const literals = Object.entries(terms).map(([name, term]) => [name, literalOf(term)] as const);
    found = print(formula, states, Object.fromEntries(literals));
    own.push(found);
    printed.set(formula, own);
  }
  const scalars: number[] = [];
  for (const name in found.literals) if (found.literals[name] === null) scalars.push(Number(terms[name]));
  return [found.rule, scalars];
}
