/**
 * Matrix product, packing: a block of an operand becomes panels of `width` neighbours for each k.
 *
 * Layout     [extent / width][k][width]. Neighbours over the edge repeat the last one: what they produce is never kept.
 * Origin     Goto, van de Geijn 2008.
 */
import type { Real } from "../../dtype.ts";
import {
  type Builder,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  select,
  shuffle,
  type Value,
} from "../../wasm/assembler/index.ts";
import { type Elements, elementsOf, list } from "./elements.ts";

/** The neighbours of a panel in groups that are moved together: fours, then single ones. */
export const groupsOf = (width: number): { readonly first: number; readonly count: 1 | 4 }[] => [
  ...list(width >> 2, (i) => ({ first: 4 * i, count: 4 as const })),
  ...list(width & 3, (i) => ({ first: (width & ~3) + i, count: 1 as const })),
];

/** Four rows of four become four columns. */
export const transpose = (f: Builder, rows: readonly Value<"f32x4">[]): Value<"f32x4">[] => {
  const [a, b, c, d] = rows as [Value<"f32x4">, Value<"f32x4">, Value<"f32x4">, Value<"f32x4">];
  const low = [f.let(shuffle(a, b, [0, 4, 1, 5])), f.let(shuffle(c, d, [0, 4, 1, 5]))] as const;
  const high = [f.let(shuffle(a, b, [2, 6, 3, 7])), f.let(shuffle(c, d, [2, 6, 3, 7]))] as const;
  return [low, high].flatMap(([x, y]) => [shuffle(x, y, [0, 1, 4, 5]), shuffle(x, y, [2, 3, 6, 7])]);
};

/** One group of a panel for all k: four by four through registers where k is contiguous, else element by element. */
const packGroup = (
  f: Builder,
  elements: Elements,
  sources: readonly Local<"i32">[],
  { k, strideK, to, width }: { k: Local<"i32">; strideK: Local<"i32">; to: Value<"i32">; width: number },
): void => {
  const { dtype, size, one, vector } = elements;
  const at = f.let(to);
  const left = f.let(k);
  if (dtype === "float32" && sources.length === 4)
    f.when(i32.eq(strideK, 4), () => {
      f.repeat(i32.shiftRightUnsigned(k, 2), () => {
        const rows = sources.map((p) => f.let(vector.load(p)));
        transpose(f, rows).forEach((column, i) => {
          f.store(at, 4 * width * i, column);
        });
        for (const p of sources) p.advance(16);
        at.advance(16 * width);
      });
      left.set(i32.and(k, 3));
    });
  f.repeat(left, () => {
    sources.forEach((p, i) => {
      f.store(at, size * i, one.load(p));
      p.advance(strideK);
    });
    at.advance(size * width);
  });
};

/**
 * Neighbours are contiguous: `panels` panels side by side, so that a whole cache line of the source is used at once.
 */
const packRows = (
  f: Builder,
  { size, lanes, one, vector }: Elements,
  { from, strideK, to, k, width }: { [N in "from" | "strideK" | "to" | "k"]: Local<"i32"> } & { width: number },
  panels: number,
): void => {
  const read = f.let(from);
  const at = f.let(to);
  const panel = f.let(i32.mul(k, size * width));
  f.repeat(k, () => {
    const write = f.let(at);
    for (let p = 0; p < panels; p++) {
      const whole = list(Math.floor(width / lanes), (i) => f.let(vector.load(read, size * p * width + 16 * i)));
      const rest = list(width % lanes, (i) => f.let(one.load(read, size * (p * width + lanes * whole.length + i))));
      whole.forEach((v, i) => {
        f.store(write, 16 * i, v);
      });
      rest.forEach((v, i) => {
        f.store(write, 16 * whole.length + size * i, v);
      });
      if (p + 1 < panels) write.advance(panel);
    }
    read.advance(strideK);
    at.advance(size * width);
  });
};

/** Any strides, in bytes: `stride` between neighbours, `strideK` along k. */
export const pack = (width: number, dtype: Real): Kernel =>
  kernel(
    { extent: i32, k: i32, from: pointer, stride: i32, strideK: i32, to: pointer },
    (f, { extent, k, from, stride, strideK, to }) => {
      const elements = elementsOf(dtype);
      const { size } = elements;
      const left = f.let(extent);
      const bundle = Math.max(1, Math.floor(16 / width));
      f.loop((nextPanels) => {
        const taken = f.let(i32.of(width));
        const isWhole = (panels: number): Value<"i32"> => i32.and(i32.eq(stride, size), i32.ge(left, panels * width));
        f.when(
          isWhole(bundle),
          () => {
            packRows(f, elements, { from, strideK, to, k, width }, bundle);
            taken.set(i32.of(bundle * width));
          },
          () => {
            const sources = [f.let(from)];
            for (let i = 1; i < width; i++)
              sources.push(f.let(i32.add(sources[i - 1]!, select(i32.lt(i, left), stride, i32.of(0)))));
            for (const { first, count } of groupsOf(width))
              packGroup(f, elements, sources.slice(first, first + count), {
                k,
                strideK,
                to: i32.add(to, size * first),
                width,
              });
          },
        );
        from.advance(i32.mul(stride, taken));
        to.advance(i32.mul(k, i32.mul(taken, size)));
        left.set(i32.sub(left, taken));
        nextPanels.jumpIf(i32.lt(0, left));
      });
    },
  );
