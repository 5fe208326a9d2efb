/**
 * Pointwise kernels: out[i] = formula(x[i], y[i], …), for rows of elements.
 *
 * `vectorRows`  the result and every operand is contiguous along a row, or one value for the whole row.
 *               Two vectors side by side per turn (8 float32, 4 float64), then single elements.
 * `scalarRows`  any distance from element to element; conversion from any dtype.
 * Both give the same bits; stores come after the last load. Alignment: that of the element. The result may be one of the operands.
 */

import { type Computed, type DType, factsOf, isFloating, itemSize } from "../../dtype.ts";
import {
  Builder,
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type Kernel,
  kernel,
  type Local,
  load8x4Unsigned,
  narrow8,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { convertElement, loadElement, storeElement } from "../copy/element.ts";
import type { Algebra, Formula } from "./algebra.ts";
import {
  Condition,
  type Constants,
  type Lanes,
  type Left,
  type Printer,
  scalarFloat32,
  scalarFloat64,
  vectorFloat32,
  vectorFloat64,
} from "./printers.ts";
import { scalarWhole } from "./whole.ts";

export interface PointwiseKernel {
  readonly formula: Formula;
  readonly compute: Computed;
  readonly out: DType;
  readonly operands: readonly { readonly dtype: DType; readonly isSplat: boolean }[];
}

function scalarPrinter(f: Builder, dtype: Computed): Printer<Type, "i32"> {
  if (!isFloating(dtype)) return scalarWhole(f, dtype);
  return (dtype === "float32" ? scalarFloat32 : scalarFloat64)(f) as unknown as Printer<Type, "i32">;
}

/** Prints the formula on one element, of machine types, as an element of the result. */
export function scalarOf(
  f: Builder,
  { formula, compute, out }: Omit<PointwiseKernel, "operands">,
  inputs: readonly Value<Type>[],
): Value<Type> {
  const printer = scalarPrinter(f, compute);
  const result = formula(printer as Algebra<Lanes<Type>, Condition<"i32">>, ...inputs.map((x) => [x]));
  return result instanceof Condition
    ? convertElement(f, result.masks[0]!, "bool", out)
    : convertElement(f, result[0]!, compute, out);
}

const converted = (f: Builder, plan: PointwiseKernel, dtype: DType, at: Local<"i32">): Value<Type> =>
  convertElement(f, loadElement(f, dtype, at), dtype, plan.compute);

const names = (plan: PointwiseKernel, suffixes: readonly string[]): Record<string, typeof i32> =>
  Object.fromEntries(
    ["out", ...plan.operands.map((_, k) => `x${k}`)].flatMap((name) => suffixes.map((s) => [name + s, pointer])),
  );

/** (rows, n, then for the result and each operand: address, bytes from element to element, bytes from row to row). */
export const scalarRows = (plan: PointwiseKernel): Kernel =>
  kernel({ rows: i32, n: i32, ...names(plan, ["", "Step", "Row"]) }, (f, args) => {
    const all = ["out", ...plan.operands.map((_, k) => `x${k}`)];
    const arg = (name: string): Local<"i32"> => args[name as "n"];
    f.repeat(args.rows, () => {
      const at = all.map((name) => f.let(arg(name)));
      f.repeat(args.n, () => {
        const inputs = plan.operands.map(({ dtype }, k) => converted(f, plan, dtype, at[k + 1]!));
        storeElement(f, plan.out, at[0]!, scalarOf(f, plan, inputs));
        at.forEach((p, k) => {
          p.advance(arg(`${all[k]}Step`));
        });
      });
      for (const name of all) arg(name).advance(arg(`${name}Row`));
    });
  });

/** How vectors of a dtype are loaded, and their results stored. */
export interface Vectors<T extends Type, M extends Type> {
  /** Elements in two vectors. */
  readonly width: number;
  readonly immediate: Constants<T, M>;
  readonly splat: (x: Value<Type>) => Value<T>;
  readonly load: (f: Builder, dtype: DType, at: Local<"i32">) => Lanes<T>;
  readonly print: (f: Builder, constants: Constants<T, M>, left: Left<M>) => Printer<T, M>;
  /** Whether a lane is set anywhere. */
  readonly any: (masks: Left<M>) => Value<"i32">;
}

export const vectors32: Vectors<"f32x4", "i32x4"> = {
  width: 8,
  immediate: { of: f32x4.of, bits: i32x4.of },
  splat: (x) => f32x4.splat(x as Value<"f32">),
  load: (f, dtype, at) => {
    const half = (part: 0 | 1): Value<"f32x4"> => {
      if (dtype === "float32") return f32x4.load(at, 16 * part);
      if (dtype === "int32") return f32x4.convertI32(i32x4.load(at, 16 * part));
      return f32x4.convertI32(load8x4Unsigned(at, 4 * part));
    };
    return [f.let(half(0)), f.let(half(1))];
  },
  print: vectorFloat32,
  any: (masks) => i32x4.anyTrue(masks.reduce(i32x4.or)),
};
export const vectors64: Vectors<"f64x2", "i64x2"> = {
  width: 4,
  immediate: { of: f64x2.of, bits: i64x2.of },
  splat: (x) => f64x2.splat(x as Value<"f64">),
  load: (f, _dtype, at) => [f.let(f64x2.load(at)), f.let(f64x2.load(at, 16))],
  print: vectorFloat64,
  any: (masks) => i64x2.anyTrue(masks.reduce(i64x2.or)),
};

/** What vectors of float32 are loaded from: itself, int32 and bytes without sign. */
function isLoadable(dtype: DType): boolean {
  const { size, isSigned, machine } = factsOf(dtype);
  return dtype === "float32" || (machine === "i32" && size === (isSigned ? 4 : 1));
}

/** Whether `vectorRows` can: float32 from what converts at once, float64 from itself. Conditions as bool in float32 only. */
export const isVectorisable = ({ compute, out, operands }: PointwiseKernel): boolean => {
  const reads = (can: (dtype: DType) => boolean): boolean => operands.every((x) => x.isSplat || can(x.dtype));
  if (compute === "float32") return (out === "float32" || out === "bool") && reads(isLoadable);
  return compute === "float64" && out === "float64" && reads((dtype) => dtype === "float64");
};

/** The formula is printed twice: the constants that the first printing asks for stand in registers at the second. */
export function constants<T extends Type, M extends Type>(
  f: Builder,
  v: Vectors<T, M>,
  { formula, operands }: Pick<PointwiseKernel, "formula" | "operands">,
): Constants<T, M> {
  const { of, bits } = v.immediate;
  const numbers = new Registers(of);
  const masks = new Registers(bits);
  const dry = new Builder(0);
  const any = dry.local(of(0));
  const collected = { of: (x: number) => numbers.get(x), bits: (x: number | bigint) => masks.get(x) };
  formula(v.print(dry, collected, []), ...operands.map(() => [any, any]));
  numbers.fill(f);
  masks.fill(f);
  return collected;
}

/** Literals by their value. */
class Registers<T extends Type, X extends number | bigint> {
  readonly #of: (x: X) => Value<T>;
  readonly #values = new Map<string, Value<T>>();
  constructor(of: (x: X) => Value<T>) {
    this.#of = of;
  }
  get(x: X): Value<T> {
    const key = Object.is(x, -0) ? "-0" : String(x);
    const found = this.#values.get(key) ?? this.#of(x);
    this.#values.set(key, found);
    return found;
  }
  fill(f: Builder): void {
    for (const [key, value] of this.#values) this.#values.set(key, f.let(value));
  }
}

/** Two vectors of results, or as bytes what eight comparisons gave. */
function storePair<T extends Type, M extends Type>(
  f: Builder,
  out: DType,
  m: Printer<T, M>,
  result: Lanes<T> | Condition<M>,
  to: Local<"i32">,
): void {
  if (out === "bool") {
    const { masks } = result instanceof Condition ? result : m.ne(result, 0);
    const bytes = i64x2.extract(narrow8(masks[0] as Value<"i32x4">, masks[1] as Value<"i32x4">), 0);
    f.store(to, 0, i64.and(bytes, 0x0101010101010101n));
    return;
  }
  const [low, high] = result instanceof Condition ? m.select(result, 1, 0) : result;
  f.store(to, 0, low!);
  f.store(to, 16, high!);
}

/** One row. What is left of it goes to scalars, and so do all lanes of a turn in which the formula leaves one to them. */
function row<T extends Type, M extends Type>(
  f: Builder,
  plan: PointwiseKernel,
  v: Vectors<T, M>,
  { n, to, at, literals }: { n: Local<"i32">; to: Local<"i32">; at: Local<"i32">[]; literals: Constants<T, M> },
): void {
  const { operands, out, formula } = plan;
  const left: Left<M> = [];
  const m = v.print(f, literals, left);
  const splats = operands.map(({ dtype, isSplat }, k) =>
    isSplat ? f.let(v.splat(f.let(converted(f, plan, dtype, at[k]!)))) : null,
  );
  const advance = (elements: number): void => {
    operands.forEach(({ dtype, isSplat }, k) => {
      if (!isSplat) at[k]!.advance(elements * itemSize(dtype));
    });
    to.advance(elements * itemSize(out));
  };
  const steps = operands.map(({ dtype, isSplat }) => (isSplat ? 0 : itemSize(dtype)));
  const scalars = scalarRows(plan);
  const callScalars = (count: Value<"i32">): void =>
    f.call(scalars, 1, count, to, itemSize(out), 0, ...at.flatMap((p, k) => [p, steps[k]!, 0]));
  f.repeat(i32.divUnsigned(n, v.width), () => {
    const inputs = operands.map(({ dtype }, k) => {
      const splat = splats[k];
      return splat ? [splat, splat] : v.load(f, dtype, at[k]!);
    });
    const result = formula(m, ...inputs);
    const store = (): void => storePair(f, out, m, result, to);
    if (left.length === 0) store();
    else f.when(v.any(left), () => callScalars(i32.of(v.width)), store);
    advance(v.width);
  });
  const rest = f.let(i32.and(n, v.width - 1));
  f.when(rest, () => callScalars(rest));
}

/** (rows, n, then for the result and each operand: address, bytes from row to row). */
const rowsOf = <T extends Type, M extends Type>(v: Vectors<T, M>, plan: PointwiseKernel): Kernel =>
  kernel({ rows: i32, n: i32, ...names(plan, ["", "Row"]) }, (f, args) => {
    const arg = (name: string): Local<"i32"> => args[name as "n"];
    const operands = plan.operands.map((_, k) => `x${k}`);
    const literals = constants(f, v, plan);
    f.repeat(args.rows, () => {
      row(f, plan, v, { n: args.n, to: f.let(arg("out")), at: operands.map((name) => f.let(arg(name))), literals });
      for (const name of ["out", ...operands]) arg(name).advance(arg(`${name}Row`));
    });
  });

/** Nanoseconds for an element of `vectorRows`, about: its bytes, and the steps of the formula, of which each is three variables. */
export const costOf = ({ out, operands }: PointwiseKernel, { locals }: Kernel): number => {
  const bytes = operands.reduce((sum, { dtype, isSplat }) => sum + (isSplat ? 0 : itemSize(dtype)), itemSize(out));
  return bytes / 8 / 16 + locals.length / 240;
};

export const vectorRows = (plan: PointwiseKernel): Kernel =>
  plan.compute === "float32" ? rowsOf(vectors32, plan) : rowsOf(vectors64, plan);
