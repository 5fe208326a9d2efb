/** A kernel that is timed by itself: on views that are made before and given back after. */
import {
  allocate,
  cpu,
  type DType,
  itemSize,
  type RandomState,
  type Storage,
  seedState,
  sizeOf,
  type View,
} from "@ag/kernels";

/** Sizes written as PyTorch writes them in file names: 16x3x64x64. */
export const sizes = (shape: readonly number[]): string => shape.join("x");

export interface Kernel {
  readonly name: string;
  readonly shape: string;
  /** Of one call: floating-point operations, or bytes that must at least be read and written. */
  readonly work: number;
  readonly rate: "GF/s" | "GB/s";
  readonly prepare: (views: Views) => () => void;
}

/** Makes contiguous views. */
export class Views {
  readonly #storages: Storage[] = [];
  readonly #state: RandomState = seedState(0);

  empty(shape: readonly number[], dtype: DType = "float32"): View {
    const storage = allocate(sizeOf(shape) * itemSize(dtype), "bench");
    this.#storages.push(storage);
    return { storage, offset: 0, sizes: shape, strides: shape.map((_, d) => sizeOf(shape.slice(d + 1))), dtype };
  }

  /** Uniform in [0.1, 1), fit for a variance too. */
  random(shape: readonly number[]): View {
    const view = this.empty(shape);
    cpu.random({ kind: "uniform", from: 0.1, to: 1 }, view, this.#state);
    return view;
  }

  release(): void {
    for (const storage of this.#storages.splice(0)) storage.release();
  }
}
