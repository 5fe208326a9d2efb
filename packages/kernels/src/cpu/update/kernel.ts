/**
 * How is a rule run over arrays? Two vectors side by side, then single elements, in place: all stores come after the last
 * load. It is printed as a pointwise formula is, so vectors and single elements give the same bits.
 */
import { itemSize } from "../../dtype.ts";
import {
  type Builder,
  f32,
  f64,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import type { Algebra } from "../pointwise/algebra.ts";
import { constants, type Vectors, vectors32, vectors64 } from "../pointwise/kernel.ts";
import { type Lanes, type Left, type Printer, scalarFloat32, scalarFloat64 } from "../pointwise/printers.ts";

/**
 * The new values of arrays, from the values of all arrays and from scalars; what is left out at the end, or undefined,
 * stays as it is. Identity is the key under which its kernels are kept: make it once.
 */
export type Rule = <T, C>(m: Algebra<T, C>, arrays: readonly T[], scalars: readonly T[]) => readonly (T | undefined)[];

/** What a kernel is made for. */
export interface UpdateKernel {
  readonly rule: Rule;
  readonly dtype: "float32" | "float64";
  readonly arrays: number;
  readonly scalars: number;
}

interface Arguments {
  readonly count: Local<"i32">;
  readonly at: readonly Local<"i32">[];
  readonly scalars: readonly Value<Type>[];
}

/** A function of (count, addresses of the arrays, scalars). */
function kernelOf({ dtype, arrays, scalars }: UpdateKernel, body: (f: Builder, args: Arguments) => void): Kernel {
  const float = dtype === "float32" ? f32 : f64;
  const some = <P>(letter: string, length: number, type: P): [string, P][] =>
    Array.from({ length }, (_, i) => [letter + i, type]);
  const [pointers, numbers] = [some("x", arrays, pointer), some("s", scalars, float)];
  return kernel({ count: i32, ...Object.fromEntries(pointers), ...Object.fromEntries(numbers) }, (f, args) => {
    const local = ([name]: readonly [string, unknown]): Local<"i32"> => (args as Record<string, Local<"i32">>)[name]!;
    body(f, { count: args.count, at: pointers.map(local), scalars: numbers.map(local) });
  });
}

/** Applies the rule once, and stores each lane of what it gives. */
function store(f: Builder, at: Arguments["at"], results: readonly (Lanes<Type> | undefined)[]): void {
  results.forEach((lanes, i) => {
    lanes?.forEach((x, lane) => {
      f.store(at[i]!, 16 * lane, x);
    });
  });
}

const singles = (plan: UpdateKernel): Kernel =>
  kernelOf(plan, (f, { count, at, scalars }) => {
    const [m, load] = plan.dtype === "float32" ? [scalarFloat32(f), f32.load] : [scalarFloat64(f), f64.load];
    f.repeat(count, () => {
      const values = at.map((p) => [f.let<Type>(load(p))]);
      store(
        f,
        at,
        plan.rule(
          m as Printer<Type, "i32">,
          values,
          scalars.map((x) => [x]),
        ),
      );
      for (const p of at) p.advance(itemSize(plan.dtype));
    });
  });

/** What is left at the end goes to single elements, and so does a turn in which the rule leaves a lane to them. */
const pairs = <T extends Type, M extends Type>(v: Vectors<T, M>, plan: UpdateKernel): Kernel => {
  const { rule, dtype, arrays, scalars } = plan;
  const one = singles(plan);
  const operands = Array.from({ length: arrays + scalars }, () => ({ dtype, isSplat: false }));
  return kernelOf(plan, (f, { count, at, scalars: numbers }) => {
    const formula = <U, C>(m: Algebra<U, C>, ...x: readonly U[]): U => {
      rule(m, x.slice(0, arrays), x.slice(arrays));
      return x[0]!;
    };
    const left: Left<M> = [];
    const m = v.print(f, constants(f, v, { formula, operands }), left);
    const splats = numbers.map((x) => {
      const splat = f.let(v.splat(x));
      return [splat, splat];
    });
    const callOne = (n: Value<"i32">): void => f.call(one, n, ...at, ...numbers);
    f.repeat(i32.divUnsigned(count, v.width), () => {
      const results = rule(
        m,
        at.map((p) => v.load(f, dtype, p)),
        splats,
      );
      if (left.length === 0) store(f, at, results);
      else
        f.when(
          v.any(left),
          () => callOne(i32.of(v.width)),
          () => store(f, at, results),
        );
      for (const p of at) p.advance(32);
    });
    const rest = f.let(i32.and(count, v.width - 1));
    f.when(rest, () => callOne(rest));
  });
};

export const updateKernel = (plan: UpdateKernel): Kernel =>
  plan.dtype === "float32" ? pairs(vectors32, plan) : pairs(vectors64, plan);
