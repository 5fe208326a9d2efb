/** Loops that read or write at positions from an index: int64, checked, never negative. Steps and rows are in bytes. */

import { type DType, itemSize } from "../../dtype.ts";
import {
  type Builder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i64,
  type Kernel,
  kernel,
  type Local,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import { isSet, loadElement, machineType, storeElement } from "../copy/element.ts";

/** (n, index, size) → the first position whose index is not in 0 … size − 1, or n. */
export const firstOutside: Kernel = kernel(
  { n: i32, index: pointer, size: i32 },
  (f, { n, index, size }) => {
    const i = f.local(i32);
    const limit = f.let(i64.extend(size));
    f.repeat(n, () => {
      f.when(i64.geUnsigned(i64.load(index), limit), () => f.return(i));
      i.set(i32.add(i, 1));
      index.advance(8);
    });
    f.return(n);
  },
  i32,
);

/** (n, from, to, size): negative indices count from the end. */
export const wrapIndices: Kernel = kernel(
  { n: i32, from: pointer, to: pointer, size: i32 },
  (f, { n, from, to, size }) => {
    const length = f.let(i64.extend(size));
    f.repeat(n, () => {
      const x = f.let(i64.load(from));
      f.store(to, 0, i64.add(x, i64.and(i64.shiftRight(x, 63), length)));
      from.advance(8);
      to.advance(8);
    });
  },
);

const copied = { 1: "uint8", 2: "bfloat16", 4: "int32", 8: "int64" } as const;

/** Moves the bits of one element. */
function moveElement(f: Builder, size: 1 | 2 | 4 | 8, to: Local<"i32">, from: Value<"i32">): void {
  if (size === 2) f.storeNarrow(2, to, 0, i32.load16Unsigned(from));
  else storeElement(f, copied[size], to, loadElement(f, copied[size], from));
}

const lineParameters = {
  rows: i32,
  n: i32,
  to: pointer,
  toStep: i32,
  toRow: i32,
  from: pointer,
  fromStep: i32,
  fromRow: i32,
  index: pointer,
  indexStep: i32,
  indexRow: i32,
};

/** to[i] = from[index[i]] along n elements of each row, for elements of `size` bytes. */
export const gatherLines = (size: 1 | 2 | 4 | 8): Kernel =>
  kernel(lineParameters, (f, { rows, n, to, toStep, toRow, from, fromStep, fromRow, index, indexStep, indexRow }) => {
    f.repeat(rows, () => {
      const [at, place] = [f.let(to), f.let(index)];
      f.repeat(n, () => {
        const source = f.let(i32.add(from, i32.mul(i32.wrap(i64.load(place)), fromStep)));
        moveElement(f, size, at, source);
        at.advance(toStep);
        place.advance(indexStep);
      });
      to.advance(toRow);
      from.advance(fromRow);
      index.advance(indexRow);
    });
  });

type Add = (x: Value<Type>, y: Value<Type>) => Value<Type>;
const adders = { f32: f32.add, f64: f64.add, i32: i32.add, i64: i64.add } as unknown as Readonly<Record<string, Add>>;
const adder = (dtype: DType): Add => (dtype === "bool" ? (i32.or as unknown as Add) : adders[machineType(dtype).type]!);

function scatterElement(f: Builder, kind: "add" | "set", dtype: DType, to: Local<"i32">, from: Local<"i32">): void {
  if (kind === "set") moveElement(f, itemSize(dtype) as 1 | 2 | 4 | 8, to, from);
  else storeElement(f, dtype, to, adder(dtype)(loadElement(f, dtype, to), loadElement(f, dtype, from)));
}

/** to[index[i]] += from[i], or = from[i], along n elements of each row, in order. */
export const scatterLines = (kind: "add" | "set", dtype: DType): Kernel =>
  kernel(lineParameters, (f, { rows, n, to, toStep, toRow, from, fromStep, fromRow, index, indexStep, indexRow }) => {
    f.repeat(rows, () => {
      const [at, place] = [f.let(from), f.let(index)];
      f.repeat(n, () => {
        const target = f.let(i32.add(to, i32.mul(i32.wrap(i64.load(place)), toStep)));
        scatterElement(f, kind, dtype, target, at);
        at.advance(fromStep);
        place.advance(indexStep);
      });
      to.advance(toRow);
      from.advance(fromRow);
      index.advance(indexRow);
    });
  });

/** (outer, k, block, to, from, fromOuter, index): k blocks of bytes, chosen by the index, in each of the outer ones. */
export const gatherBlocks: Kernel = kernel(
  { outer: i32, k: i32, block: i32, to: pointer, from: pointer, fromOuter: i32, index: pointer },
  (f, { outer, k, block, to, from, fromOuter, index }) => {
    f.repeat(outer, () => {
      const place = f.let(index);
      f.repeat(k, () => {
        f.copyBytes(to, i32.add(from, i32.mul(i32.wrap(i64.load(place)), block)), block);
        to.advance(block);
        place.advance(8);
      });
      from.advance(fromOuter);
    });
  },
);

/** (outer, k, n, row, to, toOuter, from, index): the first n elements of rows of `row` bytes, each added or written where the index says, in order. */
export const scatterBlocks = (kind: "add" | "set", dtype: DType): Kernel =>
  kernel(
    { outer: i32, k: i32, n: i32, row: i32, to: pointer, toOuter: i32, from: pointer, index: pointer },
    (f, { outer, k, n, row, to, toOuter, from, index }) => {
      const size = itemSize(dtype);
      const vector = dtype === "float32" ? f32x4 : dtype === "float64" ? f64x2 : null;
      f.repeat(outer, () => {
        const place = f.let(index);
        f.repeat(k, () => {
          const at = f.let(i32.add(to, i32.mul(i32.wrap(i64.load(place)), row)));
          const next = f.let(i32.add(from, row));
          if (kind === "set") f.copyBytes(at, from, i32.mul(n, size));
          else {
            const left = f.let(n);
            if (vector) addVectors(f, { vector, width: 32 / size, left, to: at, from });
            f.repeat(left, () => {
              scatterElement(f, kind, dtype, at, from);
              at.advance(size);
              from.advance(size);
            });
          }
          from.set(next);
          place.advance(8);
        });
        to.advance(toOuter);
      });
    },
  );

interface Pair {
  readonly vector: typeof f32x4 | typeof f64x2;
  /** Elements in two vectors. */
  readonly width: number;
  readonly left: Local<"i32">;
  readonly to: Local<"i32">;
  readonly from: Local<"i32">;
}

/** Two vectors a turn; what remains stays in `left`. */
function addVectors(f: Builder, { vector, width, left, to, from }: Pair): void {
  const load = vector.load as (at: Value<"i32">, offset: number) => Value<Type>;
  f.repeat(i32.divUnsigned(left, width), () => {
    const sums = [0, 16].map((at) => f.let((vector.add as Add)(f.let(load(to, at)), f.let(load(from, at)))));
    sums.forEach((sum, i) => {
      f.store(to, 16 * i, sum);
    });
    to.advance(32);
    from.advance(32);
  });
  left.set(i32.and(left, width - 1));
}

/** (n, x) → how many elements are not zero. */
export const countSet = (dtype: DType): Kernel =>
  kernel(
    { n: i32, x: pointer },
    (f, { n, x }) => {
      const count = f.local(i32);
      f.repeat(n, () => {
        count.set(i32.add(count, isSet(dtype, loadElement(f, dtype, x))));
        x.advance(itemSize(dtype));
      });
      f.return(count);
    },
    i32,
  );

/** (n, x, out, rank, sizes): the position of each element that is not zero; `sizes` are the rank sizes as int32. */
export const positionsSet = (dtype: DType): Kernel =>
  kernel({ n: i32, x: pointer, out: pointer, rank: i32, sizes: pointer }, (f, { n, x, out, rank, sizes }) => {
    const i = f.local(i32);
    const row = f.let(i32.mul(rank, 8));
    f.repeat(n, () => {
      f.when(isSet(dtype, loadElement(f, dtype, x)), () => {
        const rest = f.let(i);
        const size = f.let(i32.add(sizes, i32.mul(rank, 4)));
        const at = f.let(i32.add(out, row));
        f.repeat(rank, () => {
          size.advance(-4);
          at.advance(-8);
          f.store(at, 0, i64.extend(i32.remUnsigned(rest, i32.load(size))));
          rest.set(i32.divUnsigned(rest, i32.load(size)));
        });
        out.advance(row);
      });
      i.set(i32.add(i, 1));
      x.advance(itemSize(dtype));
    });
  });
