/**
 * Winograd's convolution, kernels: tiles of an image become 36 matrices of packed panels, and products of those become
 * pixels or weights.
 *
 * Layout     matrices `step` bytes apart, each [extent / width][k][width] as in ../matmul/pack.ts, or rows as the
 *            product leaves them.
 * Origin     four neighbours at a time are turned in registers, so that a lane is a neighbour; two such groups go through
 *            the transform together.
 */
import {
  type Builder,
  f32,
  f32x4,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  replaceLane,
  shuffle,
  type Value,
} from "../../../wasm/assembler/index.ts";
import { list } from "../../matmul/elements.ts";
import { transpose } from "../../matmul/pack.ts";
import {
  bothWays,
  gradient,
  image,
  type Lanes,
  output,
  PLANES,
  SIDE,
  scaled,
  weightGradient,
  weights,
} from "./transforms.ts";

/** Four addresses, one for each lane. */
type Sources = readonly Local<"i32">[];

/** What is transformed. `turned`: weights rotated by half a turn. */
export type Source = "image" | "gradient" | "weights" | "turned";

const turn = (f: Builder, rows: readonly Value<"f32x4">[]): Local<"f32x4">[] => transpose(f, rows).map((v) => f.let(v));

const loadFour = (f: Builder, sources: Sources, offset = 0): Local<"f32x4">[] =>
  turn(
    f,
    sources.map((p) => f.let(f32x4.load(p, offset))),
  );

/** A row of `count` elements: 4 or 6. */
const loadRow = (f: Builder, sources: Sources, count: number): Local<"f32x4">[] => {
  const first = loadFour(f, sources);
  if (count === 4) return first;
  const [a, b, c, d] = sources.map((p) => f.let(f32x4.load(p, 8)));
  const low = f.let(shuffle(a!, b!, [2, 6, 3, 7]));
  const high = f.let(shuffle(c!, d!, [2, 6, 3, 7]));
  return [...first, f.let(shuffle(low, high, [0, 1, 4, 5])), f.let(shuffle(low, high, [2, 3, 6, 7]))];
};

/** Nine adjacent elements. */
const loadTaps = (f: Builder, sources: Sources): Local<"f32x4">[] => {
  const last = f.let(f32x4.loadSplat(sources[0]!, 32));
  for (let i = 1; i < 4; i++) last.set(replaceLane(last, i, f32.load(sources[i]!, 32)));
  return [...loadFour(f, sources), ...loadFour(f, sources, 16), last];
};

/** Element by element, the groups side by side. */
const beside = (groups: readonly (readonly Local<"f32x4">[])[]): Lanes[] =>
  groups[0]!.map((_, i) => groups.map((group) => group[i]!));

const transformed = (f: Builder, source: Source, groups: readonly Sources[], row: Local<"i32">): Lanes[] => {
  if (source === "weights" || source === "turned") {
    const taps = beside(groups.map((sources) => loadTaps(f, sources)));
    return scaled(f, bothWays(f, source === "turned" ? taps.reverse() : taps, 3, weights));
  }
  const width = source === "image" ? SIDE : 4;
  const rows = list(width, (r) => {
    if (r > 0) for (const p of groups.flat()) p.advance(row);
    return beside(groups.map((sources) => loadRow(f, sources, width)));
  });
  return bothWays(f, rows.flat(), width, source === "image" ? image : gradient);
};

/**
 * Panels of transformed tiles or weights. Neighbour i at k lies at `from + near[i] + along[k]`, its rows `row` bytes
 * apart. Panels are `panel` bytes apart. Whole panels of `near` are read.
 */
export const packTransformed = (width: number, source: Source): Kernel =>
  kernel(
    { extent: i32, k: i32, from: pointer, row: i32, near: pointer, along: pointer, to: pointer, panel: i32, step: i32 },
    (f, { extent, k, from, row, near, along, to, panel, step }) => {
      const left = f.let(extent);
      const sourcesAt = (bases: Sources, entry: Value<"i32">): Sources => {
        const offset = f.let(entry);
        return bases.map((p) => f.let(i32.add(p, offset)));
      };
      const write = (groups: readonly Sources[], at: Value<"i32">): void => {
        const elements = transformed(f, source, groups, row);
        const plane = f.let(at);
        for (const lanes of elements) {
          lanes.forEach((v, i) => {
            f.store(plane, 16 * i, v);
          });
          plane.advance(step);
        }
      };
      f.loop((nextPanel) => {
        const groups = list(width >> 2, (g) => list(4, (i) => f.let(i32.add(from, i32.load(near, 16 * g + 4 * i)))));
        const entry = f.let(along);
        const line = f.let(to);
        /** Two groups of neighbours, or one at two k, go together. */
        const takeK = (count: Value<"i32">, copies: number): void =>
          f.repeat(count, () => {
            const sources = list(copies, (copy) =>
              groups.map((group) => sourcesAt(group, i32.load(entry, 4 * copy))),
            ).flat();
            for (let g = 0; g < sources.length; g += 2) write(sources.slice(g, g + 2), i32.add(line, 16 * g));
            entry.advance(4 * copies);
            line.advance(4 * width * copies);
          });
        if (width > 4) takeK(k, 1);
        else {
          takeK(i32.shiftRightUnsigned(k, 1), 2);
          takeK(i32.and(k, 1), 1);
        }
        near.advance(4 * width);
        to.advance(panel);
        left.advance(-width);
        nextPanel.jumpIf(i32.lt(0, left));
      });
    },
  );

/** Reads the 36 elements of two groups of four neighbours. */
const loadPlanes = (f: Builder, from: Local<"i32">, step: Local<"i32">): Lanes[] => {
  const at = f.let(from);
  return list(PLANES, (i) => {
    if (i > 0) at.advance(step);
    return [f.let(f32x4.load(at)), f.let(f32x4.load(at, 16))];
  });
};

const storePairs = (f: Builder, to: Local<"i32">, pairs: readonly Lanes[]): void => {
  for (const [i, lanes] of pairs.entries()) for (const [j, v] of lanes.entries()) f.store(to, 32 * i + 16 * j, v);
};

/**
 * Pixels of `tiles` tiles and `channels` channels, a multiple of 8: tile i of channel j begins at
 * `to + tile[i] + j · plane`. Rows of `from` are tiles, `line` bytes apart.
 */
export const unpackOutput: Kernel = kernel(
  {
    ...{ tiles: i32, channels: i32, from: pointer, line: i32, step: i32 },
    ...{ to: pointer, tile: pointer, row: i32, plane: i32, spare: pointer },
  },
  (f, { tiles, channels, from, line, step, to, tile, row, plane, spare }) => {
    f.repeat(tiles, () => {
      const read = f.let(from);
      const base = f.let(i32.add(to, i32.load(tile)));
      f.repeat(i32.shiftRightUnsigned(channels, 3), () => {
        storePairs(f, spare, bothWays(f, loadPlanes(f, read, step), SIDE, output));
        for (let half = 0; half < 2; half++) {
          const corner = list(4, () => {
            const p = f.let(base);
            base.advance(plane);
            return p;
          });
          for (let r = 0; r < 4; r++) {
            const columns = list(4, (c) => f.let(f32x4.load(spare, 32 * (4 * r + c) + 16 * half)));
            turn(f, columns).forEach((v, i) => {
              f.store(corner[i]!, 0, v);
              if (r < 3) corner[i]!.advance(row);
            });
          }
        }
        read.advance(32);
      });
      tile.advance(4);
      from.advance(line);
    });
  },
);

/** Weights: `rows` rows of `columns` times nine, contiguous; rows of `from` are `line` bytes apart. `columns`: a multiple of 8. */
export const unpackWeights: Kernel = kernel(
  { rows: i32, columns: i32, from: pointer, line: i32, step: i32, to: pointer, spare: pointer },
  (f, { rows, columns, from, line, step, to, spare }) => {
    f.repeat(rows, () => {
      const read = f.let(from);
      f.repeat(i32.shiftRightUnsigned(columns, 3), () => {
        storePairs(f, spare, bothWays(f, scaled(f, loadPlanes(f, read, step)), SIDE, weightGradient));
        for (let half = 0; half < 2; half++) {
          for (let first = 0; first < 8; first += 4) {
            const taps = list(4, (c) => f.let(f32x4.load(spare, 32 * (first + c) + 16 * half)));
            turn(f, taps).forEach((v, i) => {
              f.store(to, 36 * i + 4 * first, v);
            });
          }
          for (let i = 0; i < 4; i++) f.store(to, 36 * i + 32, f32.load(spare, 32 * 8 + 16 * half + 4 * i));
          to.advance(144);
        }
        read.advance(32);
      });
      from.advance(line);
    });
  },
);
