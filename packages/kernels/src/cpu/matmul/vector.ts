/**
 * Matrix · vector in float32, where the rows of the matrix are contiguous: eight rows at a time, four by four elements
 * turned in registers, so that each lane is the sum of one row.
 *
 * Order      as everywhere: blocks of 256 of k, each from zero in the order of k, added in order.
 */
import {
  type Builder,
  f32x4,
  i32,
  type Kernel,
  kernel,
  type Local,
  least,
  pointer,
  select,
  shuffle,
} from "../../wasm/assembler/index.ts";
import { countDown, KC, moveTile } from "./block.ts";
import { list } from "./elements.ts";
import { transpose } from "./pack.ts";

const ROWS = 8;
/** Bytes of `spare` that `vectorProduct` needs. */
export const VECTOR_SPARE: number = 4 * ROWS;

/** acc[0], acc[1] += the products of `depth` of k, in order. */
const addProducts = (
  f: Builder,
  acc: readonly Local<"f32x4">[],
  { rows, x, depth }: { rows: readonly Local<"i32">[]; x: Local<"i32">; depth: Local<"i32"> },
): void => {
  const halves = [rows.slice(0, 4), rows.slice(4)];
  f.repeat(i32.shiftRightUnsigned(depth, 2), () => {
    const columns = halves.map((half) => {
      const lines = half.map((p) => f.let(f32x4.load(p)));
      return transpose(f, lines).map((column) => f.let(column));
    });
    for (let i = 0; i < 4; i++) {
      const factor = f.let(f32x4.loadSplat(x, 4 * i));
      acc.forEach((v, half) => {
        v.set(f32x4.add(v, f32x4.mul(columns[half]![i]!, factor)));
      });
    }
    for (const p of rows) p.advance(16);
    x.advance(16);
  });
  f.repeat(i32.and(depth, 3), () => {
    const factor = f.let(f32x4.loadSplat(x));
    acc.forEach((v, half) => {
      const [p, q, r, s] = halves[half]!;
      const column = f.let(f32x4.loadSplat(p!));
      [q!, r!, s!].forEach((row, i) => {
        const line = f.let(f32x4.loadSplat(row));
        column.set(shuffle(column, line, list(4, (l) => (l === i + 1 ? 4 : l)) as [number, number, number, number]));
      });
      v.set(f32x4.add(v, f32x4.mul(column, factor)));
    });
    for (const p of rows) p.advance(4);
    x.advance(4);
  });
};

/** c[rows] = A · x; rows of A lie `rowA` bytes apart, elements of x and of c are contiguous. */
export const vectorProduct: Kernel = kernel(
  { rows: i32, k: i32, a: pointer, rowA: i32, x: pointer, c: pointer, spare: pointer },
  (f, { rows, k, a, rowA, x, c, spare }) => {
    const move = moveTile("float32", false);
    countDown(f, rows, ROWS, (left) => {
      const lines = [f.let(a)];
      for (let i = 1; i < ROWS; i++)
        lines.push(f.let(i32.add(lines[i - 1]!, select(i32.lt(i, left), rowA, i32.of(0)))));
      const xi = f.let(x);
      const sums = list(2, () => f.let(f32x4.of(0)));
      const acc = list(2, () => f.local(f32x4));
      countDown(f, k, KC, (rest) => {
        const depth = f.let(least(rest, KC));
        for (const v of acc) v.set(f32x4.of(0));
        addProducts(f, acc, { rows: lines, x: xi, depth });
        f.when(
          i32.eq(rest, k),
          () => {
            for (const [i, sum] of sums.entries()) sum.set(acc[i]!);
          },
          () => {
            for (const [i, sum] of sums.entries()) sum.set(f32x4.add(sum, acc[i]!));
          },
        );
      });
      const to = f.let(select(i32.lt(left, ROWS), spare, c));
      sums.forEach((sum, i) => {
        f.store(to, 16 * i, sum);
      });
      f.when(i32.lt(left, ROWS), () => f.call(move, 1, left, spare, 0, c, 0));
      a.advance(i32.mul(rowA, ROWS));
      c.advance(4 * ROWS);
    });
  },
);
