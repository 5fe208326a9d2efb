/** How are images cut into chunks? Into bands: some images, or some rows of one, copied with the zeros around them. */
import { itemSize, type Real } from "../../../dtype.ts";
import { clear } from "../../../wasm/runtime.ts";
import { roundUp } from "../../matmul/engine.ts";
import { planeKernels } from "./engine.ts";

/** Some images, or some rows of outputs (or of tiles) of one. */
export interface Band {
  readonly image: number;
  readonly images: number;
  readonly row: number;
  readonly rows: number;
}

/** Cuts `n` images into bands of about `most` outputs. */
export function bandsOf(n: number, rows: number, columns: number, most: number): Band[] {
  const images = Math.max(1, Math.floor(most / (rows * columns)));
  const height = Math.ceil(rows / Math.max(1, Math.round((rows * columns) / most)));
  const bands: Band[] = [];
  for (let image = 0; image < n; image += images)
    for (let row = 0; row < rows; row += height)
      bands.push({ image, images: Math.min(images, n - image), row, rows: Math.min(height, rows - row) });
  return bands;
}

/** Images, and the zeros above and to the left of them. */
export interface Images {
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly padding: readonly [number, number];
}

/** Where the elements of a band lie: bytes between rows, planes and images, and of all. */
export interface Strip {
  readonly row: number;
  readonly plane: number;
  readonly image: number;
  /** 0: the images are read where they are. */
  readonly bytes: number;
}

/** A copy of `channels` channels of some images, `rows` by `columns`. */
export function stripOf(size: number, images: number, channels: number, rows: number, columns: number): Strip {
  const row = size * columns;
  const plane = row * rows;
  return { row, plane, image: channels * plane, bytes: images * channels * plane };
}

/** The images as they are. */
export const directStrip = (size: number, { c, h, w }: Omit<Images, "padding">): Strip => ({
  ...{ row: size * w, plane: size * h * w, image: size * c * h * w, bytes: 0 },
});

/**
 * Copies `count` channels of a band from `first` on, zeros around them, whose rows begin with row `above` of the image
 * with its border. Returns where they are.
 */
export function copyBorder(
  dtype: Real,
  { c, h, w, padding: [top, left] }: Images,
  { row, plane, image, bytes }: Strip,
  { image: firstImage, images }: Band,
  part: {
    readonly x: number;
    readonly above: number;
    readonly first: number;
    readonly count: number;
    readonly to: number;
  },
): number {
  const size = itemSize(dtype);
  const { x, above, first, count, to } = part;
  if (bytes === 0) return x + size * (((firstImage * c + first) * h + above) * w);
  const isWhole = count === c && image === c * plane;
  if (isWhole) clear(to, images * image);
  else for (let i = 0; i < images; i++) clear(to + i * image, count * plane);
  const skipped = Math.max(0, top - above);
  const begin = Math.max(0, above - top);
  const rows = Math.min(h - begin, plane / row - skipped);
  if (rows <= 0) return to;
  const inside = to + skipped * row + size * left;
  const { copy } = planeKernels(dtype);
  for (let i = 0; i < (isWhole ? 1 : images); i++) {
    const from = x + size * ((((firstImage + i) * c + first) * h + begin) * w);
    const planes = isWhole ? images * c : count;
    copy(planes, rows, w, from, size * w, size * h * w, inside + i * image, row, plane);
  }
  return to;
}

/** Places of so many bytes one after the other, each at a multiple of 64. */
export function placesOf<N extends string>(
  sizes: Readonly<Record<N, number>>,
): { readonly at: Readonly<Record<N, number>>; readonly bytes: number } {
  let bytes = 0;
  const at = {} as Record<N, number>;
  for (const [name, size] of Object.entries(sizes) as [N, number][]) {
    at[name] = bytes;
    bytes += roundUp(size, 64);
  }
  return { at, bytes };
}

export const addPlaces = <N extends string>(at: Readonly<Record<N, number>>, base: number): Record<N, number> =>
  Object.fromEntries(Object.entries<number>(at).map(([name, x]) => [name, x + base])) as Record<N, number>;
