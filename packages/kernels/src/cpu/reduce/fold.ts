/**
 * Reductions by one operation of the dtype itself: max, min, prod, and sums of whole numbers. Floating max and min run in
 * vectors (their order changes nothing); the rest goes element by element.
 */

import type { Reduction } from "../../device.ts";
import { type Computed, type DType, itemSize, rangeOf } from "../../dtype.ts";
import {
  type Builder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type Kernel,
  kernel,
  type Local,
  pointer,
  select,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { convertElement, loadElement, machineType, storeElement } from "../copy/element.ts";
import type { Algebra, Formula } from "../pointwise/algebra.ts";
import { scalarOf } from "../pointwise/kernel.ts";
import { type Condition, type Lanes, vectorFloat32, vectorFloat64 } from "../pointwise/printers.ts";
import { numberOf } from "./terms.ts";

type Step = (x: Value<Type>, y: Value<Type>) => Value<Type>;

interface Machine {
  readonly of: (x: number | bigint) => Value<Type>;
  readonly add: Step;
  readonly mul: Step;
  readonly max: Step;
  readonly min: Step;
}

interface Comparing {
  readonly of: (x: number | bigint) => Value<Type>;
  readonly add: Step;
  readonly mul: Step;
  readonly gt: (x: Value<Type>, y: Value<Type>) => Value<"i32">;
}

/** x and y must be variables. */
const whole = (t: Comparing): Machine => ({
  of: t.of,
  add: t.add,
  mul: t.mul,
  max: (x, y) => select(t.gt(x, y), x, y),
  min: (x, y) => select(t.gt(x, y), y, x),
});

const machines: Readonly<Record<"f32" | "f64" | "i32" | "i64" | "f32x4" | "f64x2", Machine>> = {
  f32: f32 as unknown as Machine,
  f64: f64 as unknown as Machine,
  i32: whole(i32 as unknown as Comparing),
  i64: whole(i64 as unknown as Comparing),
  f32x4: f32x4 as unknown as Machine,
  f64x2: f64x2 as unknown as Machine,
};

/** Of truths, the largest is whether one holds, the smallest whether all do. */
const truths: Machine = { ...machines.i32, max: i32.or as unknown as Step, min: i32.and as unknown as Step };

const machineOf = (dtype: DType): Machine => (dtype === "bool" ? truths : machines[machineType(dtype).type]);

const stepOf = (machine: Machine, kind: Reduction): Step =>
  kind === "sum" ? machine.add : kind === "prod" ? machine.mul : machine[kind];

/** What changes nothing: the result over no element. */
export function identity(kind: Reduction, dtype: DType): number | bigint {
  if (kind === "sum") return 0;
  if (kind === "prod") return 1;
  return rangeOf(dtype)[kind === "max" ? 0 : 1];
}

/** The vectors of a dtype, where the reduction has them. */
const vectorOf = (kind: Reduction, dtype: DType): typeof f32x4 | typeof f64x2 | null => {
  if (kind !== "max" && kind !== "min") return null;
  return dtype === "float32" ? f32x4 : dtype === "float64" ? f64x2 : null;
};

/** What a reduction reads, and of which dtype it is then: the elements themselves, or a formula of them. */
export interface Source {
  readonly from: Computed;
  readonly of: Formula | null;
  readonly dtype: Computed;
}

/** The elements of a dtype. */
export const plain = (dtype: Computed): Source => ({ from: dtype, of: null, dtype });

const loadTerm = (f: Builder, { from, of }: Source, at: Local<"i32">, dtype: Computed): Value<Type> => {
  const x = loadElement(f, from, at);
  return of ? f.let(scalarOf(f, { formula: of, compute: from, out: dtype }, [x])) : convertElement(f, x, from, dtype);
};

/** What is read as two vectors. */
function vectorTerms(f: Builder, of: Formula | null, vector: VectorFold["vector"], loaded: Lanes<Type>): Lanes<Type> {
  if (!of) return loaded;
  const m = (vector === f32x4 ? vectorFloat32(f) : vectorFloat64(f)) as unknown as Algebra<
    Lanes<Type>,
    Condition<Type>
  >;
  return numberOf(m, of(m, loaded));
}

/** (rows, n, x, out, –): each of the rows, which follow each other, becomes one element. float32 multiplies in float64. */
export const foldRows = (kind: Reduction, source: Source): Kernel =>
  kernel({ rows: i32, n: i32, x: pointer, out: pointer, room: pointer }, (f, { rows, n, x, out }) => {
    const { from, of, dtype } = source;
    const wide: Computed = kind === "prod" && dtype === "float32" ? "float64" : vectorOf(kind, from) ? from : dtype;
    const type = machineType(wide);
    const step = stepOf(machineOf(wide), kind);
    const result = f.local(type) as Local<Type>;
    f.repeat(rows, () => {
      result.set(machines[type.type].of(identity(kind, wide)));
      const left = f.let(n);
      const vector = vectorOf(kind, wide);
      if (vector) foldVectors(f, { kind, of, vector, step, left, x, result });
      f.repeat(left, () => {
        result.set(step(result, loadTerm(f, source, x, wide)));
        x.advance(itemSize(from));
      });
      storeElement(f, dtype, out, convertElement(f, result, wide, dtype));
      out.advance(itemSize(dtype));
    });
  });

interface VectorFold {
  readonly kind: Reduction;
  readonly of: Formula | null;
  readonly vector: typeof f32x4 | typeof f64x2;
  readonly step: Step;
  readonly left: Local<"i32">;
  readonly x: Local<"i32">;
  readonly result: Local<Type>;
}

/** y where it beats x, else x: one instruction that overlooks NaN. */
const picks = (kind: Reduction, vector: VectorFold["vector"]): Step =>
  (kind === "max" ? vector.pmax : vector.pmin) as unknown as Step;

/** Four vectors at a time, as long as there are that many; the rest stays in `left`. NaN is watched apart. */
function foldVectors(f: Builder, { kind, of, vector, step, left, x, result }: VectorFold): void {
  const [pick, lanes] = [picks(kind, vector), vector === f32x4 ? 4 : 2];
  const [ne, bits] = [vector.ne as Step, (vector === f32x4 ? i32x4 : i64x2) as typeof i32x4];
  const first = machines[vector.type].of(identity(kind, "float32"));
  f.when(i32.geUnsigned(left, 4 * lanes), () => {
    const parts = [0, 1, 2, 3].map(() => f.let(first));
    const strange = [0, 1].map(() => f.let(bits.of(0)));
    f.repeat(i32.divUnsigned(left, 4 * lanes), () => {
      const read = parts.map((_, k) => f.let(vector.load(x, 16 * k) as Value<Type>));
      const loaded = [0, 2].flatMap((k) => vectorTerms(f, of, vector, read.slice(k, k + 2)));
      parts.forEach((part, k) => {
        part.set(pick(part, loaded[k]!));
      });
      loaded.forEach((y, k) => {
        strange[k % 2]!.set(bits.or(strange[k % 2]!, ne(y, y) as Value<"i32x4">));
      });
      x.advance(64);
    });
    const [a, b, c, d] = parts;
    const all = f.let(pick(f.let(pick(a!, c!)), f.let(pick(b!, d!))));
    const extract = vector.extract as (x: Value<Type>, lane: number) => Value<Type>;
    for (let lane = 0; lane < lanes; lane++) result.set(step(result, f.let(extract(all, lane))));
    const scalar = machines[vector === f32x4 ? "f32" : "f64"];
    f.when(bits.anyTrue(bits.or(strange[0]!, strange[1]!)), () => result.set(scalar.of(Number.NaN)));
    left.set(i32.and(left, 4 * lanes - 1));
  });
}

/** (n, x, out): the largest of n elements, NaN left out. */
export const largestOf = (dtype: "float32" | "float64"): Kernel =>
  kernel({ n: i32, x: pointer, out: pointer }, (f, { n, x, out }) => {
    const vector = dtype === "float32" ? f32x4 : f64x2;
    const [pick, lanes, size] = [picks("max", vector), dtype === "float32" ? 4 : 2, itemSize(dtype)];
    const scalar = machines[dtype === "float32" ? "f32" : "f64"];
    const parts = [0, 1, 2, 3].map(() => f.let(machines[vector.type].of(Number.NEGATIVE_INFINITY)));
    f.repeat(i32.divUnsigned(n, 4 * lanes), () => {
      parts.forEach((part, k) => {
        part.set(pick(part, vector.load(x, 16 * k)));
      });
      x.advance(64);
    });
    const [a, b, c, d] = parts;
    const all = f.let(pick(f.let(pick(a!, c!)), f.let(pick(b!, d!))));
    const extract = vector.extract as (x: Value<Type>, lane: number) => Value<Type>;
    const best = f.let(extract(all, 0));
    for (let lane = 1; lane < lanes; lane++) best.set(scalar.max(best, extract(all, lane)));
    f.repeat(i32.and(n, 4 * lanes - 1), () => {
      const y = f.let(loadElement(f, dtype, x));
      const isNumber =
        dtype === "float32"
          ? f32.eq(y as Value<"f32">, y as Value<"f32">)
          : f64.eq(y as Value<"f64">, y as Value<"f64">);
      f.when(isNumber, () => best.set(scalar.max(best, y)));
      x.advance(size);
    });
    storeElement(f, dtype, out, best);
  });

/** The winner of each lane; NaN wins. */
const winner = (
  f: Builder,
  kind: Reduction,
  vector: VectorFold["vector"],
  x: Value<Type>,
  y: Value<Type>,
): Value<Type> => {
  const [ne, select] = [
    vector.ne as Step,
    vector.select as (m: Value<Type>, x: Value<Type>, y: Value<Type>) => Value<Type>,
  ];
  return f.let(select(f.let(ne(y, y)), y, f.let(picks(kind, vector)(x, y))));
};

/** (rows, n, row, x, out, –): out[j] over all rows, `row` bytes apart, one row after the other. */
export const foldColumns = (kind: Reduction, source: Source): Kernel =>
  kernel({ rows: i32, n: i32, row: i32, x: pointer, out: pointer, room: pointer }, (f, { rows, n, row, x, out }) => {
    const { from, of, dtype } = source;
    const step = stepOf(machineOf(dtype), kind);
    const size = itemSize(dtype);
    if (of) {
      const [at, to] = [f.let(x), f.let(out)];
      f.repeat(n, () => {
        storeElement(f, dtype, to, loadTerm(f, source, at, dtype));
        at.advance(itemSize(from));
        to.advance(size);
      });
    } else f.copyBytes(out, x, i32.mul(n, size));
    f.repeat(i32.sub(rows, 1), () => {
      x.advance(row);
      const [at, to, left] = [f.let(x), f.let(out), f.let(n)];
      const vector = from === dtype ? vectorOf(kind, dtype) : null;
      if (vector) {
        f.repeat(i32.divUnsigned(n, 32 / size), () => {
          const read = [0, 16].map((k) => f.let(vector.load(at, k) as Value<Type>));
          const loaded = vectorTerms(f, of, vector, read);
          const sums = [0, 16].map((k, i) =>
            winner(f, kind, vector, f.let(vector.load(to, k) as Value<Type>), loaded[i]!),
          );
          sums.forEach((y, i) => {
            f.store(to, 16 * i, y);
          });
          at.advance(32);
          to.advance(32);
        });
        left.set(i32.and(n, 32 / size - 1));
      }
      f.repeat(left, () => {
        storeElement(f, dtype, to, step(loadElement(f, dtype, to), loadTerm(f, source, at, dtype)));
        at.advance(itemSize(from));
        to.advance(size);
      });
    });
  });
