/** What do sums add, and how are float32 and float64 read, added and kept? */
import type { Real } from "../../dtype.ts";
import {
  type Builder,
  f32,
  f32x4,
  f64,
  f64x2,
  type Local,
  shuffle,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import type { Algebra, Formula } from "../pointwise/algebra.ts";
import {
  Condition,
  type Lanes,
  scalarFloat32,
  scalarFloat64,
  vectorFloat32,
  vectorFloat64,
} from "../pointwise/printers.ts";

type Vector = "f32x4" | "f64x2";
type Numbers = Algebra<Lanes<Type>, Condition<Type>>;

/** What is summed: from one element of each stream, and what belongs to all elements (`sumsOf`) or to their column. */
export interface Terms {
  readonly dtype: Real;
  readonly streams: number;
  readonly constants: number;
  readonly count: 1 | 2;
  readonly terms: <T, C>(m: Algebra<T, C>, x: readonly T[], constants: readonly T[]) => readonly T[];
}

/** The elements themselves, or what a formula makes of them. */
export const plainSum = (dtype: Real, of: Formula | null = null): Terms => ({
  dtype,
  streams: 1,
  constants: 0,
  count: 1,
  terms: (m, x) => (of ? [numberOf(m, of(m, x[0]!))] : x),
});

/** A condition counts as 1 or 0. */
export const numberOf = <T, C>(m: Algebra<T, C>, x: T | C): T =>
  x instanceof Condition ? m.select(x as C, 1, 0) : (x as T);

/** How vectors of a dtype are read and added. */
export interface Shape {
  readonly bytes: 4 | 8;
  /** Elements in two vectors. */
  readonly width: 8 | 4;
  readonly vector: { readonly type: Vector };
  readonly load: (at: Value<"i32">, offset: number) => Value<Vector>;
  readonly splat: (x: Value<"f64">) => Value<Vector>;
  readonly add: (x: Value<Type>, y: Value<Type>) => Value<Vector>;
  readonly printer: (f: Builder) => Numbers;
  readonly scalarPrinter: (f: Builder) => Numbers;
  readonly scalarLoad: (at: Value<"i32">) => Value<Type>;
  readonly scalar: (x: Value<"f64">) => Value<Type>;
  readonly promote: (x: Value<Type>) => Value<"f64">;
  /** A vector as pairs of float64. */
  readonly doubles: (f: Builder, x: Value<Type>) => Value<"f64x2">[];
}

export const shapes: Readonly<Record<Real, Shape>> = {
  float32: {
    bytes: 4,
    width: 8,
    vector: f32x4,
    load: f32x4.load,
    splat: (x) => f32x4.splat(f32.demote(x)),
    add: f32x4.add as Shape["add"],
    printer: (f) => vectorFloat32(f) as unknown as Numbers,
    scalarPrinter: (f) => scalarFloat32(f) as unknown as Numbers,
    scalarLoad: f32.load,
    scalar: f32.demote,
    promote: (x) => f64.promote(x as Value<"f32">),
    doubles: (f, x) => {
      const v = f.let(x as Value<"f32x4">);
      return [f64x2.promoteLow(v), f64x2.promoteLow(shuffle(v, v, [2, 3, 2, 3]))];
    },
  },
  float64: {
    bytes: 8,
    width: 4,
    vector: f64x2,
    load: f64x2.load,
    splat: f64x2.splat,
    add: f64x2.add as Shape["add"],
    printer: (f) => vectorFloat64(f) as unknown as Numbers,
    scalarPrinter: (f) => scalarFloat64(f) as unknown as Numbers,
    scalarLoad: f64.load,
    scalar: (x) => x,
    promote: (x) => x as Value<"f64">,
    doubles: (_f, x) => [x as Value<"f64x2">],
  },
};

/** How float64 arithmetic is spelled: on one number or on two. */
export interface Doubles<T extends "f64" | "f64x2"> {
  readonly add: (x: Value<T>, y: Value<T>) => Value<T>;
  readonly sub: (x: Value<T>, y: Value<T>) => Value<T>;
}

/** s + lost += x, where `lost` collects exactly what each addition rounds away (Knuth's two-sum). */
export function addCompensated<T extends "f64" | "f64x2">(
  f: Builder,
  m: Doubles<T>,
  { s, lost }: { readonly s: Local<T>; readonly lost: Local<T> },
  value: Value<T>,
): void {
  const x = f.let(value);
  const sum = f.let(m.add(s, x));
  const part = f.let(m.sub(sum, s));
  lost.set(m.add(lost, m.add(m.sub(s, m.sub(sum, part)), m.sub(x, part))));
  s.set(sum);
}

/** A running sum of pairs of float64; float64 terms are compensated, float32 ones need not be. */
export class PairSum {
  readonly #f: Builder;
  readonly #sums: readonly { readonly s: Local<"f64x2">; readonly lost: Local<"f64x2"> }[];
  readonly #shape: Shape;
  constructor(f: Builder, shape: Shape) {
    this.#f = f;
    this.#shape = shape;
    const parts = shape.bytes === 4 ? 2 : 1;
    this.#sums = Array.from({ length: parts }, () => ({ s: f.local(f64x2), lost: f.local(f64x2) }));
  }
  add(vector: Value<Type>): void {
    this.#shape.doubles(this.#f, vector).forEach((x, i) => {
      const sum = this.#sums[i]!;
      if (this.#shape.bytes === 4) sum.s.set(f64x2.add(sum.s, x));
      else addCompensated(this.#f, f64x2, sum, x);
    });
  }
  /** Of both lanes. What was lost is NaN beside an infinite sum: then it does not count. */
  total(): Value<"f64"> {
    const f = this.#f;
    const lanes = (x: Value<"f64x2">): Value<"f64"> => f64.add(f64x2.extract(x, 0), f64x2.extract(x, 1));
    if (this.#shape.bytes === 4) {
      const [low, high] = this.#sums;
      return f.let(f64.add(lanes(low!.s), lanes(high!.s)));
    }
    const { s, lost } = this.#sums[0]!;
    const rest = f.let(lanes(lost));
    const result = f.let(lanes(s));
    f.when(f64.eq(rest, rest), () => result.set(f64.add(result, rest)));
    return result;
  }
}

export const names = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`);

export const parameters = <T extends "i32" | "f64">(
  list: readonly string[],
  type: { readonly type: T },
): Record<string, { readonly type: T }> => Object.fromEntries(list.map((name) => [name, type]));

/** The values of the terms for two adjacent vectors of each stream, at `offset` bytes. */
export function vectorTerms(f: Builder, plan: Terms, at: readonly Local<"i32">[], constants: readonly Lanes<Type>[]) {
  const shape = shapes[plan.dtype];
  const m = shape.printer(f);
  return (offset: number): readonly Lanes<Type>[] =>
    plan.terms(
      m,
      at.map((p) => [f.let(shape.load(p, offset)), f.let(shape.load(p, offset + 16))]),
      constants,
    );
}
