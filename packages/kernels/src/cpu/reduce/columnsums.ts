/** Sums of the columns of a matrix; see rowsums.ts for the order. */
import {
  type Builder,
  f64,
  f64x2,
  i32,
  type Kernel,
  kernel,
  type Local,
  least,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { addCompensated, type Doubles, names, parameters, shapes, type Terms, vectorTerms } from "./terms.ts";

/** Rows whose terms are added in the dtype before the sum moves to float64. */
const BLOCK_ROWS = 16;

/** Bytes that `columnSumsOf` needs at `to` for n columns. */
export const columnSumsBytes = (n: number): number => 2 * 2 * 8 * n;

/**
 * (rows, n, row, to, streams x0…, constants c0…): sum t of column j at to + 8·(t·n + j). `row`: bytes from row to row of every
 * stream; a constant is an array with one element for each column. float64 keeps what additions lose behind the sums.
 */
export const columnSumsOf = (plan: Terms): Kernel => {
  const [streams, constants] = [names("x", plan.streams), names("c", plan.constants)];
  const shape = shapes[plan.dtype];
  const all = [...streams, ...constants];
  return kernel({ rows: i32, n: i32, row: i32, to: pointer, ...parameters(all, pointer) }, (f, args) => {
    const { rows, n, row, to } = args;
    const pointers = (list: readonly string[]) => list.map((name) => (args as Record<string, Local<"i32">>)[name]!);
    const [x, c] = [pointers(streams), pointers(constants)];
    const plane = f.let(i32.shiftLeft(n, 3)); // bytes of the sums of one term
    const lost = f.let(i32.mul(plane, plan.count));
    f.fillBytes(to, 0, i32.mul(plane, 2 * plan.count));
    const block = f.local(i32);
    const column: Column = { plan, block, row, plane, lost };
    f.loop((again) => {
      block.set(least(rows, BLOCK_ROWS));
      const sums = f.let(to);
      const at = [...x, ...c].map((p) => f.let(p));
      const advance = (elements: number): void => {
        sums.advance(8 * elements);
        for (const p of at) p.advance(elements * shape.bytes);
      };
      f.repeat(i32.divUnsigned(n, shape.width), () => {
        addColumns(f, column, at, sums);
        advance(shape.width);
      });
      f.repeat(i32.and(n, shape.width - 1), () => {
        addColumn(f, column, at, sums);
        advance(1);
      });
      for (const p of x) p.advance(i32.mul(row, block));
      rows.set(i32.sub(rows, block));
      again.jumpIf(i32.gt(rows, 0));
    });
    if (plan.dtype === "float64") addLost(f, i32.mul(n, plan.count), to, lost);
  });
};

interface Column {
  readonly plan: Terms;
  readonly block: Local<"i32">;
  readonly row: Local<"i32">;
  readonly plane: Local<"i32">;
  readonly lost: Local<"i32">;
}

/** `width` columns of one block of rows. */
function addColumns(f: Builder, column: Column, at: readonly Local<"i32">[], sums: Local<"i32">): void {
  const { plan, block, row } = column;
  const { vector, load, add, doubles } = shapes[plan.dtype];
  const streams = at.slice(0, plan.streams).map((p) => f.let(p));
  const constants = at.slice(plan.streams).map((p) => [f.let(load(p, 0)), f.let(load(p, 16))]);
  const terms = vectorTerms(f, plan, streams, constants);
  const partial = Array.from({ length: plan.count }, () => [f.local(vector), f.local(vector)] as Local<Type>[]);
  const turn = (isFirst: boolean): void => {
    terms(0).forEach((term, t) => {
      term.forEach((x, lane) => {
        partial[t]![lane]!.set(isFirst ? x : add(partial[t]![lane]!, x));
      });
    });
    for (const p of streams) p.advance(row);
  };
  turn(true);
  f.repeat(i32.sub(block, 1), () => turn(false));
  partial.forEach((lanes, t) => {
    const to = t === 0 ? sums : f.let(i32.add(sums, column.plane));
    lanes
      .flatMap((x) => doubles(f, x))
      .forEach((x, i) => {
        if (plan.dtype === "float32") f.store(to, 16 * i, f64x2.add(f64x2.load(to, 16 * i), x));
        else addToMemory(f, f64x2, { to, lost: f.let(i32.add(to, column.lost)), offset: 16 * i }, x);
      });
  });
}

/** One column of one block of rows. */
function addColumn(f: Builder, column: Column, at: readonly Local<"i32">[], sums: Local<"i32">): void {
  const { plan, block, row } = column;
  const { scalarPrinter, scalarLoad, promote } = shapes[plan.dtype];
  const streams = at.slice(0, plan.streams).map((p) => f.let(p));
  const constants = at.slice(plan.streams).map((p) => [f.let(scalarLoad(p))]);
  const partial = Array.from({ length: plan.count }, () => f.let(f64.of(0)));
  f.repeat(block, () => {
    const values = plan.terms(
      scalarPrinter(f),
      streams.map((p) => [f.let(scalarLoad(p))]),
      constants,
    );
    values.forEach(([x], t) => {
      partial[t]!.set(f64.add(partial[t]!, promote(x!)));
    });
    for (const p of streams) p.advance(row);
  });
  partial.forEach((x, t) => {
    const to = t === 0 ? sums : f.let(i32.add(sums, column.plane));
    if (plan.dtype === "float32") f.store(to, 0, f64.add(f64.load(to), x));
    else addToMemory(f, f64, { to, lost: f.let(i32.add(to, column.lost)), offset: 0 }, x);
  });
}

/** A compensated sum that lives in memory. */
function addToMemory<T extends "f64" | "f64x2">(
  f: Builder,
  m: Doubles<T> & { readonly load: (at: Value<"i32">, offset: number) => Value<T> },
  { to, lost, offset }: { readonly to: Value<"i32">; readonly lost: Value<"i32">; readonly offset: number },
  x: Value<T>,
): void {
  const sum = { s: f.let(m.load(to, offset)), lost: f.let(m.load(lost, offset)) };
  addCompensated(f, m, sum, x);
  f.store(to, offset, sum.s);
  f.store(lost, offset, sum.lost);
}

/** Brings back what the sums have lost, where it is a number. */
function addLost(f: Builder, n: Value<"i32">, to: Value<"i32">, lost: Value<"i32">): void {
  const at = f.let(to);
  f.repeat(n, () => {
    const rest = f.let(f64.load(i32.add(at, lost)));
    f.when(f64.eq(rest, rest), () => f.store(at, 0, f64.add(f64.load(at), rest)));
    at.advance(8);
  });
}
