/** In which steps is a contiguous tensor reduced? Each step reduces a run of dimensions of a [batch, rows, columns] tensor. */
export interface Stage {
  readonly batch: number;
  readonly rows: number;
  /** 1: the run reaches the end of the shape. */
  readonly columns: number;
}

/** Rows at the end of the shape shorter than this come last: adding whole slices first leaves fewer of them. */
const SHORT = 32;

/** The steps that reduce `shape` over the dimensions in which `out` has size 1. By shapes alone. */
export function stagesOf(shape: readonly number[], out: readonly number[]): Stage[] {
  const sizes: number[] = [];
  const isReduced: boolean[] = [];
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const reduces = out[d] === 1;
    if (sizes.length > 0 && isReduced[isReduced.length - 1] === reduces) sizes[sizes.length - 1]! *= shape[d]!;
    else {
      sizes.push(shape[d]!);
      isReduced.push(reduces);
    }
  }
  const stages: Stage[] = [];
  while (isReduced.includes(true)) {
    const at = next(sizes, isReduced);
    stages.push({ batch: product(sizes, 0, at), rows: sizes[at]!, columns: product(sizes, at + 1, sizes.length) });
    remove(sizes, isReduced, at);
  }
  return stages;
}

function next(sizes: readonly number[], isReduced: readonly boolean[]): number {
  const last = sizes.length - 1;
  if (isReduced[last] && (sizes[last]! >= SHORT || isReduced.indexOf(true) === last)) return last;
  return isReduced.indexOf(true);
}

/** Takes one run out; its neighbours become one. */
function remove(sizes: number[], isReduced: boolean[], at: number): void {
  sizes.splice(at, 1);
  isReduced.splice(at, 1);
  if (at === 0 || at === sizes.length) return;
  sizes[at - 1]! *= sizes[at]!;
  sizes.splice(at, 1);
  isReduced.splice(at, 1);
}

function product(sizes: readonly number[], from: number, to: number): number {
  let result = 1;
  for (let i = from; i < to; i++) result *= sizes[i]!;
  return result;
}
