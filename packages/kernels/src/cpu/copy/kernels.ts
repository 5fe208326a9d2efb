/** The loops behind copies. Bits never depend on which of them runs. */

import { type DType, isFloating, itemSize } from "../../dtype.ts";
import { f64, i32, i64, i64x2, type Kernel, kernel, pointer, shuffle, type Value } from "../../wasm/assembler/index.ts";
import { convertElement, loadElement, storeElement } from "./element.ts";

/** (rows, n, …): n elements a row, at any distance in bytes, converted. */
export const elementRows = (source: DType, target: DType): Kernel =>
  kernel(
    { rows: i32, n: i32, to: pointer, toStep: i32, toRow: i32, from: pointer, fromStep: i32, fromRow: i32 },
    (f, { rows, n, to, toStep, toRow, from, fromStep, fromRow }) => {
      f.repeat(rows, () => {
        const at = f.let(to);
        const read = f.let(from);
        f.repeat(n, () => {
          storeElement(f, target, at, convertElement(f, loadElement(f, source, read), source, target));
          at.advance(toStep);
          read.advance(fromStep);
        });
        to.advance(toRow);
        from.advance(fromRow);
      });
    },
  );

/** Rows of bytes. */
export const byteRows: Kernel = kernel(
  { rows: i32, bytes: i32, to: pointer, toRow: i32, from: pointer, fromRow: i32 },
  (f, { rows, bytes, to, toRow, from, fromRow }) => {
    f.repeat(rows, () => {
      f.copyBytes(to, from, bytes);
      to.advance(toRow);
      from.advance(fromRow);
    });
  },
);

/** Rows of n elements of `size` bytes, contiguous, each row filled with the one element at `from`. */
export const splatRows: Kernel = kernel(
  { rows: i32, n: i32, to: pointer, toRow: i32, from: pointer, fromRow: i32, size: i32 },
  (f, { rows, n, to, toRow, from, fromRow, size }) => {
    const word = f.local(i64);
    const repeated = (x: Value<"i32">, factor: bigint): Value<"i64"> => i64.mul(i64.extend(x), factor);
    f.repeat(rows, () => {
      f.when(i32.eq(size, 8), () => word.set(i64.load(from)));
      f.when(i32.eq(size, 4), () => word.set(repeated(i32.load(from), 0x100000001n)));
      f.when(i32.eq(size, 2), () => word.set(repeated(i32.load16Unsigned(from), 0x1000100010001n)));
      f.when(i32.eq(size, 1), () => word.set(repeated(i32.load8Unsigned(from), 0x101010101010101n)));
      const vector = f.let(i64x2.splat(word));
      const at = f.let(to);
      const bytes = f.let(i32.mul(n, size));
      f.repeat(i32.shiftRightUnsigned(bytes, 5), () => {
        f.store(at, 0, vector);
        f.store(at, 16, vector);
        at.advance(32);
      });
      f.repeat(i32.and(bytes, 31), () => {
        f.storeNarrow(1, at, 0, i32.wrap(word));
        word.set(i64.rotateLeft(word, 56));
        at.advance(1);
      });
      to.advance(toRow);
      from.advance(fromRow);
    });
  },
);

/**
 * to[r, c] = from[c, r] for elements of four bytes: `rows` and `n` are multiples of 4, rows of `to` are `toRow` bytes apart,
 * columns of `to` lie `fromColumn` bytes apart in `from`, where neighbouring rows are neighbours. Moves bits, also of NaN.
 */
export const transposed: Kernel = kernel(
  { rows: i32, n: i32, to: pointer, toRow: i32, from: pointer, fromColumn: i32 },
  (f, { rows, n, to, toRow, from, fromColumn }) => {
    f.repeat(i32.shiftRightUnsigned(rows, 2), () => {
      const at = f.let(to);
      const read = f.let(from);
      f.repeat(i32.shiftRightUnsigned(n, 2), () => {
        const line = (): Value<"i64x2"> => {
          const x = f.let(i64x2.load(read));
          read.advance(fromColumn);
          return x;
        };
        const [a, b, c, d] = [line(), line(), line(), line()];
        const pairs = [
          f.let(shuffle(a, b, [0, 4, 1, 5])),
          f.let(shuffle(c, d, [0, 4, 1, 5])),
          f.let(shuffle(a, b, [2, 6, 3, 7])),
          f.let(shuffle(c, d, [2, 6, 3, 7])),
        ];
        const write = f.let(at);
        for (let r = 0; r < 4; r++) {
          const [x, y] = [pairs[r & 2]!, pairs[(r & 2) + 1]!];
          f.store(write, 0, shuffle(x, y, r % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]));
          if (r < 3) write.advance(toRow);
        }
        at.advance(16);
      });
      to.advance(i32.shiftLeft(toRow, 2));
      from.advance(16);
    });
  },
);

/** out[i] = start + i · step: in int64 for whole dtypes, else in float64. */
export const sequence = (dtype: DType): Kernel =>
  kernel({ n: i32, to: pointer, start: f64, step: f64 }, (f, { n, to, start, step }) => {
    const isWhole = !isFloating(dtype);
    const i = f.local(i64);
    const first = f.let(i64.truncF64(start));
    const distance = f.let(i64.truncF64(step));
    f.repeat(n, () => {
      const x = isWhole
        ? f.let(i64.add(first, i64.mul(i, distance)))
        : f.let(f64.add(start, f64.mul(f64.convertI64(i), step)));
      storeElement(f, dtype, to, convertElement(f, x, isWhole ? "int64" : "float64", dtype));
      i.set(i64.add(i, 1));
      to.advance(itemSize(dtype));
    });
  });
