/**
 * Matrix product, innermost part: one register tile of C.
 *
 * Blocking   mr × nr of C in registers, over at most 256 of k. B is packed: nr neighbours for each k. A is packed
 *            likewise (mr neighbours for each k), or is read where it is when its rows are contiguous.
 * Alignment  none needed; panels are aligned to 16 bytes for speed.
 * Order      acc += a·b in the order of k from zero; then C = acc, or C += acc where earlier blocks of k are in C
 *            already. With k in blocks of 256 every tile gives the same bits. Multiply and add round separately, unless
 *            `numerics("fast")` allows otherwise.
 * Origin     BLIS (van Zee, van de Geijn 2015). Vector operations in adjacent pairs and all stores after the last
 *            load, so that V8 can join pairs.
 */
import type { Real } from "../../dtype.ts";
import {
  type Builder,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  relaxedMultiplyAdd,
  select,
} from "../../wasm/assembler/index.ts";
import { elementsOf, list } from "./elements.ts";

export interface Tile {
  readonly dtype: Real;
  readonly mr: number;
  readonly nr: number;
  /** Copies of the inner loop's body in a row. */
  readonly unroll: number;
  /** Multiplies and adds in one rounding, where the engine likes: not reproducible. */
  readonly isFused: boolean;
}

export interface TileOptions {
  /** A comes as panels; else as `height` rows, `rowA` bytes apart. */
  readonly isPacked: boolean;
  /** Adds to C instead of overwriting it. */
  readonly isContinued: boolean;
}

/** Walks the rows of a tile of C. */
const eachRow = (
  f: Builder,
  rows: number,
  { c, ldc }: { readonly c: Local<"i32">; readonly ldc: Local<"i32"> },
  visit: (row: Local<"i32">, i: number) => void,
): void => {
  const row = f.let(c);
  for (let i = 0; i < rows; i++) {
    visit(row, i);
    if (i + 1 < rows) row.advance(ldc);
  }
};

/** Parameters of every tile kernel; the last three of A's are for unpacked rows. */
const parameters = { k: i32, a: pointer, rowA: i32, height: i32, b: pointer, c: pointer, ldc: i32 };

export type TileKernel = Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32", "i32"]>;

/** c[mr × nr] = Σₖ a[mr, k] · b[k, nr], or += that. Rows of A from `height` on repeat the last one. */
export const tileProduct = (
  { dtype, mr, nr, unroll, isFused }: Tile,
  { isPacked, isContinued }: TileOptions,
): TileKernel =>
  kernel(parameters, (f, { k, a, rowA, height, b, c, ldc }) => {
    const { size, lanes, vector } = elementsOf(dtype);
    const acc = list(mr, () => list(nr / lanes, () => f.local(vector)));
    const rows = isPacked ? [] : [f.let(a)];
    for (let i = 1; i < mr && !isPacked; i++)
      rows.push(f.let(i32.add(rows[i - 1]!, select(i32.lt(i, height), rowA, i32.of(0)))));
    const element = (i: number, copy: number): Local<"f32x4"> =>
      f.let(isPacked ? vector.loadSplat(a, size * (mr * copy + i)) : vector.loadSplat(rows[i]!, size * copy));
    f.unroll(
      k,
      unroll,
      (copy) => {
        const row = list(nr / lanes, (j) => f.let(vector.load(b, size * nr * copy + 16 * j)));
        for (let i = 0; i < mr; i++) {
          const x = element(i, copy);
          acc[i]!.forEach((v, j) => {
            v.set(isFused ? relaxedMultiplyAdd(x, row[j]!, v) : vector.add(v, vector.mul(x, row[j]!)));
          });
        }
      },
      (copies) => {
        if (isPacked) a.advance(size * mr * copies);
        for (const row of rows) row.advance(size * copies);
        b.advance(size * nr * copies);
      },
    );
    const each = (visit: (v: Local<"f32x4">, row: Local<"i32">, offset: number) => void): void =>
      eachRow(f, mr, { c, ldc }, (row, i) => {
        acc[i]!.forEach((v, j) => {
          visit(v, row, 16 * j);
        });
      });
    if (isContinued) each((v, row, offset) => v.set(vector.add(vector.load(row, offset), v)));
    each((v, row, offset) => f.store(row, offset, v));
  }) as TileKernel;
