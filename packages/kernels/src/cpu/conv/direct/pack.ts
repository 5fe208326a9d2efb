/**
 * Convolution, packing: panels for the matrix product straight from an image. The element for neighbour i at k lies at
 * `from + near[i] + along[k]`: in a padded image the offsets of a pixel and of a tap add up, so nothing is tested.
 *
 * Layout     [extent / width][k][width], as in ../matmul/pack.ts. `near` must repeat its last entry up to a whole
 *            panel.
 */
import type { Real } from "../../../dtype.ts";
import { type Builder, i32, type Kernel, kernel, type Local, pointer, shuffle } from "../../../wasm/assembler/index.ts";
import { type Elements, elementsOf, list } from "../../matmul/elements.ts";
import { groupsOf } from "../../matmul/pack.ts";

interface Panel {
  readonly k: Local<"i32">;
  readonly along: Local<"i32">;
  readonly at: Local<"i32">;
  readonly bytes: number;
}

/** Runs the body for each k with its offset. */
const eachK = (f: Builder, { k, along, at, bytes }: Panel, body: (offset: Local<"i32">) => void): void => {
  const entry = f.let(along);
  f.unroll(
    k,
    4,
    (copy) => {
      body(f.let(i32.load(entry, 4 * copy)));
      at.advance(bytes);
    },
    (copies) => entry.advance(4 * copies),
  );
};

/** Four float32 neighbours: one load where they are contiguous, two where every second one counts, else four. */
const packFour = (f: Builder, { one, size, vector }: Elements, sources: Local<"i32">[], panel: Panel): void => {
  const [p, q, r, s] = sources as [Local<"i32">, Local<"i32">, Local<"i32">, Local<"i32">];
  const distance = f.let(i32.sub(q, p));
  const isEven = i32.and(i32.eq(i32.sub(r, q), distance), i32.eq(i32.sub(s, r), distance));
  f.block((done) => {
    f.when(i32.and(isEven, i32.eq(distance, 4)), () => {
      eachK(f, panel, (offset) => f.store(panel.at, 0, vector.load(i32.add(p, offset))));
      done.jump();
    });
    f.when(i32.and(isEven, i32.eq(distance, 8)), () => {
      eachK(f, panel, (offset) => {
        const from = f.let(i32.add(p, offset));
        f.store(panel.at, 0, shuffle(vector.load(from), vector.load(from, 12), [0, 2, 5, 7]));
      });
      done.jump();
    });
    eachK(f, panel, (offset) => {
      sources.forEach((source, i) => {
        f.store(panel.at, size * i, one.load(i32.add(source, offset)));
      });
    });
  });
};

export const packGathered = (width: number, dtype: Real): Kernel =>
  kernel(
    { extent: i32, k: i32, from: pointer, near: pointer, along: pointer, to: pointer },
    (f, { extent, k, from, near, along, to }) => {
      const elements = elementsOf(dtype);
      const { one, size } = elements;
      const left = f.let(extent);
      f.loop((nextPanel) => {
        for (const { first, count } of groupsOf(width)) {
          const sources = list(count, (i) => f.let(i32.add(from, i32.load(near, 4 * (first + i)))));
          const panel = { k, along, at: f.let(i32.add(to, size * first)), bytes: size * width };
          if (count === 4 && dtype === "float32") packFour(f, elements, sources, panel);
          else
            eachK(f, panel, (offset) => {
              sources.forEach((source, i) => {
                f.store(panel.at, size * i, one.load(i32.add(source, offset)));
              });
            });
        }
        near.advance(4 * width);
        to.advance(i32.mul(k, size * width));
        left.advance(-width);
        nextPanel.jumpIf(i32.lt(0, left));
      });
    },
  );
