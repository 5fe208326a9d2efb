/** Matrix product, around the tiles: products of a few elements, the bias, and results that lie in another order. */
import type { Real } from "../../dtype.ts";
import { i32, type Kernel, kernel, least, pointer } from "../../wasm/assembler/index.ts";
import { KC } from "./block.ts";
import { elementsOf } from "./elements.ts";

/** C = A · B element by element, any strides (bytes); sums as everywhere: blocks of 256 from zero, added in order. */
export const plainProduct = (dtype: Real): Kernel =>
  kernel(
    {
      ...{ n: i32, m: i32, k: i32, a: pointer, rowA: i32, columnA: i32 },
      ...{ b: pointer, rowB: i32, columnB: i32, c: pointer, rowC: i32, columnC: i32 },
    },
    (f, { n, m, k, a, rowA, columnA, b, rowB, columnB, c, rowC, columnC }) => {
      const { one } = elementsOf(dtype);
      f.repeat(n, () => {
        const bj = f.let(b);
        const cj = f.let(c);
        f.repeat(m, () => {
          const ap = f.let(a);
          const bp = f.let(bj);
          const left = f.let(k);
          const sum = f.let(one.of(0));
          f.loop((nextBlock) => {
            const acc = f.let(one.of(0));
            f.repeat(least(left, KC), () => {
              acc.set(one.add(acc, one.mul(one.load(ap), one.load(bp))));
              ap.advance(columnA);
              bp.advance(rowB);
            });
            f.when(
              i32.eq(left, k),
              () => sum.set(acc),
              () => sum.set(one.add(sum, acc)),
            );
            left.advance(-KC);
            nextBlock.jumpIf(i32.lt(0, left));
          });
          f.store(cj, 0, sum);
          bj.advance(columnB);
          cj.advance(columnC);
        });
        a.advance(rowA);
        c.advance(rowC);
      });
    },
  );

/** c[rows × columns] += bias of any strides (bytes); columns of C may lie apart. */
export const addBias = (dtype: Real): Kernel =>
  kernel(
    {
      ...{ rows: i32, columns: i32, c: pointer, rowC: i32, columnC: i32 },
      ...{ bias: pointer, rowBias: i32, columnBias: i32 },
    },
    (f, { rows, columns, c, rowC, columnC, bias, rowBias, columnBias }) => {
      const { size, lanes, one, vector } = elementsOf(dtype);
      f.repeat(rows, () => {
        const at = f.let(c);
        const read = f.let(bias);
        const left = f.let(columns);
        f.when(i32.and(i32.eq(columnC, size), i32.eq(columnBias, size)), () => {
          f.repeat(i32.divUnsigned(columns, lanes), () => {
            f.store(at, 0, vector.add(vector.load(at), vector.load(read)));
            at.advance(16);
            read.advance(16);
          });
          left.set(i32.and(columns, lanes - 1));
        });
        f.when(i32.and(i32.eq(columnC, size), i32.isZero(columnBias)), () => {
          const x = f.let(vector.loadSplat(bias));
          f.repeat(i32.divUnsigned(columns, lanes), () => {
            f.store(at, 0, vector.add(vector.load(at), x));
            at.advance(16);
          });
          left.set(i32.and(columns, lanes - 1));
        });
        f.repeat(left, () => {
          f.store(at, 0, one.add(one.load(at), one.load(read)));
          at.advance(columnC);
          read.advance(columnBias);
        });
        c.advance(rowC);
        bias.advance(rowBias);
      });
    },
  );

/** to[rows × columns] = from, any strides (bytes). */
export const moveElements = (dtype: Real): Kernel =>
  kernel(
    {
      ...{ rows: i32, columns: i32, from: pointer, rowFrom: i32, columnFrom: i32 },
      ...{ to: pointer, rowTo: i32, columnTo: i32 },
    },
    (f, { rows, columns, from, rowFrom, columnFrom, to, rowTo, columnTo }) => {
      const { one } = elementsOf(dtype);
      f.repeat(rows, () => {
        const read = f.let(from);
        const at = f.let(to);
        f.repeat(columns, () => {
          f.store(at, 0, one.load(read));
          read.advance(columnFrom);
          at.advance(columnTo);
        });
        from.advance(rowFrom);
        to.advance(rowTo);
      });
    },
  );
