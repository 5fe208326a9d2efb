/** How is an optimizer's rule run over arrays? Written once for a value of any type: vectors in pairs, then single numbers. */
import {
  type Builder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  type Operand,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";

/** What a rule may use; every operation rounds. */
export interface Numbers<T extends Type> {
  readonly add: (x: Operand<T>, y: Operand<T>) => Value<T>;
  readonly sub: (x: Operand<T>, y: Operand<T>) => Value<T>;
  readonly mul: (x: Operand<T>, y: Operand<T>) => Value<T>;
  readonly div: (x: Operand<T>, y: Operand<T>) => Value<T>;
  readonly sqrt: (x: Operand<T>) => Value<T>;
  readonly neg: (x: Operand<T>) => Value<T>;
  /** Evaluates now. */
  readonly let: (x: Value<T>) => Value<T>;
}

/** The new values of the first arrays, from the values of all arrays and from the scalars. */
export type Rule = <T extends Type>(m: Numbers<T>, arrays: Value<T>[], scalars: Value<T>[]) => Value<T>[];

interface Loading<T extends Type> {
  readonly load: (address: Value<"i32">, offset?: number) => Value<T>;
}

export type Float = "float32" | "float64";

/** Applies the rule to `count` elements of the arrays, in place. All stores come after the last load. */
export function applyRule(
  f: Builder,
  dtype: Float,
  rule: Rule,
  args: { readonly count: Local<"i32">; readonly arrays: Local<"i32">[]; readonly scalars: Value<"f32" | "f64">[] },
): void {
  const { count, arrays, scalars } = args;
  const name = <T extends Type>(x: Value<T>): Value<T> => f.let(x);
  const size = dtype === "float32" ? 4 : 8;
  const run = <T extends Type>(m: Numbers<T> & Loading<T>, constants: Value<T>[], offsets: number[]): void => {
    const updated = offsets.map((offset) => {
      const values = arrays.map((at) => name(m.load(at, offset)));
      return rule(m, values, constants).map(name);
    });
    arrays.forEach((at, a) => {
      offsets.forEach((offset, i) => {
        const value = updated[i]![a];
        if (value) f.store(at, offset, value);
      });
    });
    for (const at of arrays) at.advance(offsets.length === 2 ? 32 : size);
  };
  const singles = scalars as Value<never>[];
  const step = 32 / size;
  const pairs = i32.divUnsigned(count, step);
  if (dtype === "float32") {
    const splats = singles.map((x) => name(f32x4.splat(x)));
    f.repeat(pairs, () => run({ ...f32x4, let: name }, splats, [0, 16]));
    f.repeat(i32.and(count, step - 1), () => run({ ...f32, let: name }, singles, [0]));
  } else {
    const splats = singles.map((x) => name(f64x2.splat(x)));
    f.repeat(pairs, () => run({ ...f64x2, let: name }, splats, [0, 16]));
    f.repeat(i32.and(count, step - 1), () => run({ ...f64, let: name }, singles, [0]));
  }
}
