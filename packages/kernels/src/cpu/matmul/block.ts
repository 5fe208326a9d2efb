/**
 * Matrix product, middle part: a block of C made of register tiles.
 *
 * Tiles over the edge of C go through a spare tile, of which only the inside is kept: packed operands repeat their last
 * neighbour there.
 */
import type { Real } from "../../dtype.ts";
import {
  type Builder,
  i32,
  type Kernel,
  kernel,
  type Local,
  least,
  pointer,
  select,
} from "../../wasm/assembler/index.ts";
import { elementsOf } from "./elements.ts";
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

/** Runs the body with what is left of `count`: all of it, then `by` less each time, while more than nothing is left. */
export const countDown = (
  f: Builder,
  count: Local<"i32">,
  by: number | Local<"i32">,
  body: (left: Local<"i32">) => void,
): void => {
  const left = f.let(count);
  f.loop((again) => {
    body(left);
    left.set(i32.sub(left, by));
    again.jumpIf(i32.lt(0, left));
  });
};

/** c = a · b, or += that. */
const wholeTile = (tile: Tile): Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32"]> => {
  const first = tileProduct(tile, { isPacked: true, isContinued: false });
  const next = tileProduct(tile, { isPacked: true, isContinued: true });
  return kernel(
    { isFirst: i32, k: i32, a: pointer, b: pointer, c: pointer, ldc: i32 },
    (f, { isFirst, k, a, b, c, ldc }) => {
      f.when(
        isFirst,
        () => f.call(first, k, a, 0, 0, b, c, ldc),
        () => f.call(next, k, a, 0, 0, b, c, ldc),
      );
    },
  ) as Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32"]>;
};

/** c = the inside of the spare tile, or += that. */
const keepInside = ({ dtype, nr }: Tile): Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32"]> => {
  const { size } = elementsOf(dtype);
  const [move, add] = [moveTile(dtype, false), moveTile(dtype, true)];
  return kernel(
    { isFirst: i32, rows: i32, columns: i32, spare: pointer, c: pointer, ldc: i32 },
    (f, { isFirst, rows, columns, spare, c, ldc }) => {
      f.when(
        isFirst,
        () => f.call(move, rows, columns, spare, size * nr, c, ldc),
        () => f.call(add, rows, columns, spare, size * nr, c, ldc),
      );
    },
  ) as Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32"]>;
};

/**
 * C[rows × columns] = packed A · packed B over one block of k, or += that. Columns outside, rows inside. The block's
 * sum is taken in spans of `span` of k, each from zero and added to C in order: a longer block is one span, unless
 * more accuracy is needed.
 */
export const blockProduct = (tile: Tile, isContinued: boolean): Kernel => {
  const { dtype, mr, nr } = tile;
  const { size } = elementsOf(dtype);
  const first = tileProduct(tile, { isPacked: true, isContinued: false });
  const [whole, keep] = [wholeTile(tile), keepInside(tile)];
  return kernel(
    { rows: i32, columns: i32, k: i32, span: i32, a: pointer, b: pointer, c: pointer, ldc: i32, spare: pointer },
    (f, { rows, columns, k, span, a, b, c, ldc, spare }) => {
      const ai = f.local(i32);
      countDown(f, columns, nr, (columnsLeft) => {
        ai.set(a);
        const ci = f.let(c);
        countDown(f, rows, mr, (rowsLeft) => {
          const isEdge = f.let(i32.or(i32.lt(columnsLeft, nr), i32.lt(rowsLeft, mr)));
          const bi = f.let(b);
          countDown(f, k, span, (left) => {
            const depth = f.let(least(left, span));
            const isFirst = isContinued ? i32.of(0) : i32.eq(left, k);
            f.when(
              isEdge,
              () => {
                f.call(first, depth, ai, 0, 0, bi, spare, size * nr);
                f.call(keep, isFirst, least(rowsLeft, mr), least(columnsLeft, nr), spare, ci, ldc);
              },
              () => f.call(whole, isFirst, depth, ai, bi, ci, ldc),
            );
            ai.advance(i32.mul(depth, size * mr));
            bi.advance(i32.mul(depth, size * nr));
          });
          ci.advance(i32.mul(ldc, mr));
        });
        b.advance(i32.mul(k, size * nr));
        c.advance(size * nr);
      });
    },
  );
};

/**
 * C[rows × columns] = A · packed B over all of k, for few columns: A, whose rows are contiguous, is read where it is,
 * once for each panel of B, row after row. `isContinued`: += that.
 */
export const sweepProduct = (tile: Tile, isContinued: boolean): Kernel => {
  const { dtype, mr, nr } = tile;
  const { size } = elementsOf(dtype);
  const next = tileProduct(tile, { isPacked: false, isContinued: true });
  const first = isContinued ? next : tileProduct(tile, { isPacked: false, isContinued: false });
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
          if (isContinued)
            f.when(isEdge, () => f.call(move, height, least(columnsLeft, nr), ci, ldc, spare, size * nr));
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
