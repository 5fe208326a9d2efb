/** A program: steps that each give a value. */
import { type DType, isFloating as isFloatingType } from "@ag/tensor";

/** `"$3"`: what step 3 gave; `"$3.1"`: the second of the list that it gave. Options stand last. */
export type Argument = string | number | boolean | null | readonly Argument[] | { readonly [name: string]: Argument };

/** A name with arguments; with `~` before it the step is not recorded. */
export type Step = readonly [name: string, ...args: readonly Argument[]];
export type Program = readonly Step[];

/** What is known of a value before anything runs: enough to make steps that PyTorch takes, with numbers in bounds. */
export interface Known {
  readonly step: number;
  /** Which of the list that the step gave. */
  readonly part?: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Bounds of the elements. */
  readonly low: number;
  readonly high: number;
  /** Whether gradients may flow to it. */
  readonly tracked: boolean;
  /** Views of one storage have the same. */
  readonly storage: number;
  readonly isLeaf: boolean;
  /** What a backward gave: it may be expanded, here or there. */
  readonly isGradient?: boolean;
}

export const isFloating = ({ dtype }: Pick<Known, "dtype">): boolean => isFloatingType(dtype);
