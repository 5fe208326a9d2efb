/**
 * Matrix product, middle part: a block of C made of register tiles.
 *
 * Tiles over the edge of C go through a spare tile, of which only the inside is kept: packed operands repeat their last
 * neighbour there.
 */
import { type Builder, i32, type Kernel, kernel, type Local, least, pointer, select } from "../assembler/index.ts";
import { elementsOf, type Real } from "./elements.ts";
import { type Tile, tileProduct } from "./tile.ts";

/** The length of the blocks of k, each summed from zero: part of the numbers, not a tuning knob. */
export const KC = 256;

/** to[rows × columns] = from, or += from. */
export const moveTile = (dtype: Real, isAdded: boolean): Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32"]> =>
  kernel(
    { rows: i32, columns: i32, from: pointer, ldFrom: i32, to: pointer, ldTo: i32 },
    (f, { rows, columns, from, ldFrom, to, ldTo }) => {
      const { size, one } = elementsOf(dtype);
      f.repeat(rows, () => {
        const read = f.let(from);
        const at = f.let(to);
        f.repeat(columns, () => {
          f.store(at, 0, isAdded ? one.add(one.load(at), one.load(read)) : one.load(read));
          read.advance(size);
          at.advance(size);
        });
        from.advance(ldFrom);
        to.advance(ldTo);
      });
    },
  ) as Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32"]>;

/** Runs the body with every `by`-th whole number below `count` left over. */
export const countDown = (f: Builder, count: Local<"i32">, by: number, body: (left: Local<"i32">) => void): void => {
  const left = f.let(count);
  f.loop((again) => {
    body(left);
    left.advance(-by);
    again.jumpIf(i32.lt(0, left));
  });
};

/** C[rows × columns] = packed A · packed B over one block of k, or += that. Columns outside, rows inside. */
export const blockProduct = (tile: Tile, isContinued: boolean): Kernel => {
  const { dtype, mr, nr } = tile;
  const { size } = elementsOf(dtype);
  const product = tileProduct(tile, { isPacked: true, isContinued });
  const fromZero = isContinued ? tileProduct(tile, { isPacked: true, isContinued: false }) : product;
  const move = moveTile(dtype, isContinued);
  return kernel(
    { rows: i32, columns: i32, k: i32, a: pointer, b: pointer, c: pointer, ldc: i32, spare: pointer },
    (f, { rows, columns, k, a, b, c, ldc, spare }) => {
      const panelA = f.let(i32.mul(k, size * mr));
      const panelB = f.let(i32.mul(k, size * nr));
      countDown(f, columns, nr, (columnsLeft) => {
        const ai = f.let(a);
        const ci = f.let(c);
        countDown(f, rows, mr, (rowsLeft) => {
          const isEdge = i32.or(i32.lt(columnsLeft, nr), i32.lt(rowsLeft, mr));
          f.when(
            isEdge,
            () => {
              f.call(fromZero, k, ai, 0, 0, b, spare, size * nr);
              f.call(move, least(rowsLeft, mr), least(columnsLeft, nr), spare, size * nr, ci, ldc);
            },
            () => f.call(product, k, ai, 0, 0, b, ci, ldc),
          );
          ai.advance(panelA);
          ci.advance(i32.mul(ldc, mr));
        });
        b.advance(panelB);
        c.advance(size * nr);
      });
    },
  );
};

/**
 * C[rows × columns] = A · packed B over all of k, for few columns: A, whose rows are contiguous, is read where it is, once
 * for each panel of B, row after row.
 */
export const sweepProduct = (tile: Tile): Kernel => {
  const { dtype, mr, nr } = tile;
  const { size } = elementsOf(dtype);
  const first = tileProduct(tile, { isPacked: false, isContinued: false });
  const next = tileProduct(tile, { isPacked: false, isContinued: true });
  const move = moveTile(dtype, false);
  return kernel(
    { rows: i32, columns: i32, k: i32, a: pointer, rowA: i32, b: pointer, c: pointer, ldc: i32, spare: pointer },
    (f, { rows, columns, k, a, rowA, b, c, ldc, spare }) => {
      countDown(f, rows, mr, (rowsLeft) => {
        const height = f.let(least(rowsLeft, mr));
        const bi = f.let(b);
        const ci = f.let(c);
        countDown(f, columns, nr, (columnsLeft) => {
          const isEdge = f.let(i32.or(i32.lt(columnsLeft, nr), i32.lt(rowsLeft, mr)));
          const target = f.let(select(isEdge, spare, ci));
          const ld = f.let(select(isEdge, i32.of(size * nr), ldc));
          const ai = f.let(a);
          f.call(first, least(k, KC), ai, rowA, height, bi, target, ld);
          bi.advance(i32.mul(least(k, KC), size * nr));
          const rest = f.let(i32.sub(k, KC));
          f.when(i32.lt(0, rest), () => {
            countDown(f, rest, KC, (left) => {
              const depth = f.let(least(left, KC));
              ai.advance(size * KC);
              f.call(next, depth, ai, rowA, height, bi, target, ld);
              bi.advance(i32.mul(depth, size * nr));
            });
          });
          f.when(isEdge, () => f.call(move, height, least(columnsLeft, nr), spare, size * nr, ci, ldc));
          ci.advance(size * nr);
        });
        a.advance(i32.mul(rowA, mr));
        c.advance(i32.mul(ldc, mr));
      });
    },
  );
};
