/** Convolution, around the product: images with a border of zeros, and gradients of taps added back to their images. */
import type { Real } from "../../../dtype.ts";
import {
  type Builder,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  type Value,
} from "../../../wasm/assembler/index.ts";
import { type Elements, elementsOf } from "../../matmul/elements.ts";

/** Moves along a row, vector by vector and then element by element. */
const alongRow = (
  f: Builder,
  { size, lanes }: Elements,
  columns: Value<"i32">,
  row: { from: Local<"i32">; to: Local<"i32">; whole: () => void; single: () => void },
): void => {
  const { from, to, whole, single } = row;
  const advance = (bytes: number): void => {
    from.advance(bytes);
    to.advance(bytes);
  };
  f.repeat(i32.divUnsigned(columns, lanes), () => {
    whole();
    advance(16);
  });
  f.repeat(i32.and(columns, lanes - 1), () => {
    single();
    advance(size);
  });
};

/** to[planes, rows, columns] = from. Distances are in bytes; rows are contiguous. */
export const copyPlanes = (dtype: Real): Kernel =>
  kernel(
    {
      ...{ planes: i32, rows: i32, columns: i32, from: pointer, rowFrom: i32, planeFrom: i32 },
      ...{ to: pointer, rowTo: i32, planeTo: i32 },
    },
    (f, { planes, rows, columns, from, rowFrom, planeFrom, to, rowTo, planeTo }) => {
      const elements = elementsOf(dtype);
      const { one, vector } = elements;
      f.repeat(planes, () => {
        const rowRead = f.let(from);
        const row = f.let(to);
        f.repeat(rows, () => {
          const read = f.let(rowRead);
          const at = f.let(row);
          alongRow(f, elements, columns, {
            from: read,
            to: at,
            whole: () => f.store(at, 0, vector.load(read)),
            single: () => f.store(at, 0, one.load(read)),
          });
          rowRead.advance(rowFrom);
          row.advance(rowTo);
        });
        from.advance(planeFrom);
        to.advance(planeTo);
      });
    },
  );

/** to[planes, rows, columns] += from, at any distances in bytes. */
export const addPlanes = (dtype: Real): Kernel =>
  kernel(
    {
      ...{ planes: i32, rows: i32, columns: i32, from: pointer, rowFrom: i32, planeFrom: i32 },
      ...{ to: pointer, columnTo: i32, rowTo: i32, planeTo: i32 },
    },
    (f, { planes, rows, columns, from, rowFrom, planeFrom, to, columnTo, rowTo, planeTo }) => {
      const elements = elementsOf(dtype);
      const { one, size, vector } = elements;
      f.repeat(planes, () => {
        const rowRead = f.let(from);
        const row = f.let(to);
        f.repeat(rows, () => {
          const read = f.let(rowRead);
          const at = f.let(row);
          f.when(
            i32.eq(columnTo, size),
            () =>
              alongRow(f, elements, columns, {
                from: read,
                to: at,
                whole: () => f.store(at, 0, vector.add(vector.load(at), vector.load(read))),
                single: () => f.store(at, 0, one.add(one.load(at), one.load(read))),
              }),
            () =>
              f.repeat(columns, () => {
                f.store(at, 0, one.add(one.load(at), one.load(read)));
                read.advance(size);
                at.advance(columnTo);
              }),
          );
          rowRead.advance(rowFrom);
          row.advance(rowTo);
        });
        from.advance(planeFrom);
        to.advance(planeTo);
      });
    },
  );
