/** Which convolutions does resnet18 have? He et al. 2015, table 1. */

export interface Layer {
  /** Channels of input and output. */
  readonly c: number;
  readonly o: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Height and width of input and output. */
  readonly size: number;
  readonly outSize: number;
  /** How often the network has it. */
  readonly times: number;
}

export interface Input {
  readonly batch: number;
  /** Height and width of the images. */
  readonly size: number;
}

export const inputs: readonly Input[] = [
  { batch: 1, size: 64 },
  { batch: 16, size: 64 },
  { batch: 4, size: 224 },
];

const PLANES = [64, 128, 256, 512];

type Given = Omit<Layer, "padding" | "outSize">;

/** Padded so that stride 1 keeps the size. */
const layer = (given: Given): Layer => ({
  ...given,
  padding: given.kernel >> 1,
  outSize: Math.ceil(given.size / given.stride),
});

/** The distinct convolutions for images of that height and width. */
export function layersFor(size: number): readonly Layer[] {
  const layers = [layer({ c: 3, o: 64, kernel: 7, stride: 2, size, times: 1 })];
  for (const [stage, o] of PLANES.entries()) {
    const out = Math.ceil(size / 2 ** (stage + 2));
    const before = { c: PLANES[stage - 1] ?? o, o, size: Math.ceil(size / 2 ** (stage + 1)) };
    if (stage > 0) {
      layers.push(layer({ ...before, kernel: 3, stride: 2, times: 1 }));
      layers.push(layer({ ...before, kernel: 1, stride: 2, times: 1 }));
    }
    layers.push(layer({ c: o, o, kernel: 3, stride: 1, size: out, times: stage > 0 ? 3 : 4 }));
  }
  return layers;
}

/** Numbers of elements of resnet18's parameters. */
export function parameterSizes(): readonly number[] {
  const convolutions = layersFor(224).flatMap(({ c, o, kernel, times }) =>
    Array.from({ length: times }, () => [o * c * kernel * kernel, o, o]).flat(),
  );
  return [...convolutions, 512 * 1000, 1000];
}
