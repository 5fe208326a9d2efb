/**
 * Matrix product for few rows: C[n, m] = A · B where the rows of B are contiguous and B is read once, in order, where
 * it is.
 *
 * Blocking   512 columns at a time; eight rows of B at a time are added to each row of C, which stays in L1.
 * Order      as everywhere: blocks of 256 of k from zero in the order of k (in `spare` from the second block on),
 *            added in order.
 */
import type { Real } from "../../dtype.ts";
import { i32, type Kernel, kernel, least, pointer } from "../../wasm/assembler/index.ts";
import { countDown, KC } from "./block.ts";
import { elementsOf, list } from "./elements.ts";

const COLUMNS = 512;
const STEP = 8;

/** Bytes of `spare` that `streamProduct` needs. */
export const streamSpare = (dtype: Real, rows: number): number => rows * COLUMNS * elementsOf(dtype).size;

type StepKernel = Kernel<readonly ["i32", "i32", "i32", "i32", "i32"]>;

/** to[columns] = Σ a[i] · b[i, columns] for `count` rows of B in order, from zero or on top of what `to` holds. */
const addRows = (dtype: Real, count: number, isFirst: boolean): StepKernel =>
  kernel({ columns: i32, a: pointer, b: pointer, rowB: i32, to: pointer }, (f, { columns, a, b, rowB, to }) => {
    const { size, lanes, one, vector } = elementsOf(dtype);
    const rows = [f.let(b)];
    for (let i = 1; i < count; i++) rows.push(f.let(i32.add(rows[i - 1]!, rowB)));
    const factors = list(count, (i) => f.let(vector.loadSplat(a, size * i)));
    const advance = (bytes: number): void => {
      for (const row of rows) row.advance(bytes);
      to.advance(bytes);
    };
    f.repeat(i32.divUnsigned(columns, 2 * lanes), () => {
      const acc = [0, 16].map((offset) => (isFirst ? f.let(vector.of(0)) : f.let(vector.load(to, offset))));
      rows.forEach((row, i) => {
        acc.forEach((v, j) => {
          v.set(vector.add(v, vector.mul(factors[i]!, vector.load(row, 16 * j))));
        });
      });
      acc.forEach((v, j) => {
        f.store(to, 16 * j, v);
      });
      advance(32);
    });
    f.repeat(i32.and(columns, 2 * lanes - 1), () => {
      const acc = isFirst ? f.let(one.of(0)) : f.let(one.load(to));
      rows.forEach((row, i) => {
        acc.set(one.add(acc, one.mul(one.load(a, size * i), one.load(row))));
      });
      f.store(to, 0, acc);
      advance(size);
    });
  }) as StepKernel;

/** to[columns] += from. */
const addRow = (dtype: Real): Kernel<readonly ["i32", "i32", "i32"]> =>
  kernel({ columns: i32, from: pointer, to: pointer }, (f, { columns, from, to }) => {
    const { size, lanes, one, vector } = elementsOf(dtype);
    const advance = (bytes: number): void => {
      from.advance(bytes);
      to.advance(bytes);
    };
    f.repeat(i32.divUnsigned(columns, lanes), () => {
      f.store(to, 0, vector.add(vector.load(to), vector.load(from)));
      advance(16);
    });
    f.repeat(i32.and(columns, lanes - 1), () => {
      f.store(to, 0, one.add(one.load(to), one.load(from)));
      advance(size);
    });
  }) as Kernel<readonly ["i32", "i32", "i32"]>;

/**
 * C[rows × columns] = A · B over one block of k. Rows of A are contiguous; rows of A, B and C lie any number of bytes
 * apart.
 */
const sumBlock = (dtype: Real): Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]> => {
  const { size } = elementsOf(dtype);
  const step = (count: number) => ({ first: addRows(dtype, count, true), next: addRows(dtype, count, false), count });
  const [eight, single] = [step(STEP), step(1)];
  return kernel(
    { rows: i32, columns: i32, k: i32, a: pointer, rowA: i32, b: pointer, rowB: i32, c: pointer, rowC: i32 },
    (f, { rows, columns, k, a, rowA, b, rowB, c, rowC }) => {
      const left = f.let(k);
      const take = ({ first, next, count }: typeof eight): void => {
        const ai = f.let(a);
        const ci = f.let(c);
        f.repeat(rows, () => {
          f.when(
            i32.eq(left, k),
            () => f.call(first, columns, ai, b, rowB, ci),
            () => f.call(next, columns, ai, b, rowB, ci),
          );
          ai.advance(rowA);
          ci.advance(rowC);
        });
        a.advance(size * count);
        b.advance(i32.mul(rowB, count));
        left.advance(-count);
      };
      f.loop((again) => {
        f.when(
          i32.ge(left, STEP),
          () => take(eight),
          () => take(single),
        );
        again.jumpIf(i32.lt(0, left));
      });
    },
  ) as Kernel<readonly ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]>;
};

/**
 * C[rows × columns] = A · B. Rows of A (contiguous), of B and of C (adjacent columns) lie any number of bytes apart.
 */
export const streamProduct = (dtype: Real): Kernel => {
  const { size } = elementsOf(dtype);
  const [sum, add] = [sumBlock(dtype), addRow(dtype)];
  const rowSpare = size * COLUMNS;
  return kernel(
    {
      ...{ rows: i32, columns: i32, k: i32, a: pointer, rowA: i32 },
      ...{ b: pointer, rowB: i32, c: pointer, rowC: i32, spare: pointer },
    },
    (f, { rows, columns, k, a, rowA, b, rowB, c, rowC, spare }) => {
      countDown(f, columns, COLUMNS, (columnsLeft) => {
        const width = f.let(least(columnsLeft, COLUMNS));
        const ap = f.let(a);
        const bp = f.let(b);
        countDown(f, k, KC, (left) => {
          const depth = f.let(least(left, KC));
          f.when(
            i32.eq(left, k),
            () => f.call(sum, rows, width, depth, ap, rowA, bp, rowB, c, rowC),
            () => {
              f.call(sum, rows, width, depth, ap, rowA, bp, rowB, spare, rowSpare);
              const from = f.let(spare);
              const to = f.let(c);
              f.repeat(rows, () => {
                f.call(add, width, from, to);
                from.advance(rowSpare);
                to.advance(rowC);
              });
            },
          );
          ap.advance(size * KC);
          bp.advance(i32.mul(rowB, KC));
        });
        b.advance(rowSpare);
        c.advance(rowSpare);
      });
    },
  );
};
