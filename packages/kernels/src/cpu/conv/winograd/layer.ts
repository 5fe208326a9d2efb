/** When does Winograd's method pay, and for which convolution? */
import type { Geometry } from "../geometry.ts";
import { EDGE } from "./engine.ts";
import type { Source } from "./kernels.ts";
import { PLANES } from "./transforms.ts";

/** A convolution of stride 1 with 3×3 weights. */
export interface Layer {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly o: number;
  readonly oh: number;
  readonly ow: number;
  readonly padding: readonly [number, number];
  /** Bytes between the weights of neighbouring output channels, and input channels. */
  readonly strideO: number;
  readonly strideC: number;
  readonly source: Source;
}

/** Whether Winograd is the faster way; part of the numbers. Counts multiply-adds for each pair of channels. */
function isFaster({ n, c, o, oh, ow }: Layer): boolean {
  const tiles = n * Math.ceil(oh / EDGE) * Math.ceil(ow / EDGE);
  return 9 * n * oh * ow > 400 + tiles * (PLANES + 600 / o + 300 / c);
}

/** Stride 1, 3×3 weights and channels that fill vectors. */
const isEligible = ({ c, o, kh, kw, options: { stride, dilation, groups, padding } }: Geometry): boolean =>
  [...stride, ...dilation, groups].every((x) => x === 1) &&
  padding.every((x) => x <= 2) &&
  [kh, kw].every((x) => x === 3) &&
  c % 8 === 0 &&
  o % 8 === 0;

/** The convolution itself, or null where Winograd does not pay. */
export function forwardLayer(geometry: Geometry): Layer | null {
  const { n, c, h, w, o, oh, ow, options } = geometry;
  const layer: Layer = {
    ...{ n, c, h, w, o, oh, ow, padding: options.padding },
    ...{ strideO: 36 * c, strideC: 36, source: "weights" },
  };
  return isEligible(geometry) && isFaster(layer) ? layer : null;
}

/** The gradient of the image: a convolution of the output's gradient with turned weights. Null as above. */
export function backwardLayer(geometry: Geometry): Layer | null {
  const { n, c, h, w, o, oh, ow, options } = geometry;
  const layer: Layer = {
    ...{ n, c: o, h: oh, w: ow, o: c, oh: h, ow: w },
    padding: [2 - options.padding[0], 2 - options.padding[1]],
    ...{ strideO: 36, strideC: 36 * c, source: "turned" },
  };
  return isEligible(geometry) && isFaster(layer) ? layer : null;
}
