/**
 * Copies with broadcast and conversion between any two dtypes; filling with a value or an arithmetic sequence.
 *
 * Same dtype, contiguous along the innermost loop: bytes move, row by row. Crossed layouts (transposes): in square tiles,
 * elements of four bytes four by four in registers. One value along the innermost loop: stored as vectors. Else element by element.
 */
import { type DType, isStorageOnly, itemSize } from "../../dtype.ts";
import { isSmall, split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { once } from "../../wasm/once.ts";
import { address, beginOperation, compile, scratch } from "../../wasm/runtime.ts";
import { isCrossed, type Nest, nest, splitNest, visitOuter, visitTiles } from "../pointwise/layout.ts";
import { writeParameter } from "../pointwise/parameters.ts";
import { byteRows, elementRows, sequence, splatRows, transposed } from "./kernels.ts";

type Run = (...args: number[]) => number;

const elementsFrom = once((from: DType) => once((to: DType): Run => compile({ run: elementRows(from, to) }).run));
const sequenceRun = once((dtype: DType): Run => compile({ run: sequence(dtype) }).run);
let vectorRuns: { readonly bytes: Run; readonly splat: Run; readonly transposed: Run } | null = null;

/** Copies that change no bit, whatever the dtype. */
function moves(): { readonly bytes: Run; readonly splat: Run; readonly transposed: Run } {
  vectorRuns ??= compile({ bytes: byteRows, splat: splatRows, transposed });
  return vectorRuns;
}

/** As `Device.copy` says: to whole numbers towards zero, to bool `!= 0`, to float16 and bfloat16 to the nearest, ties to even. */
export function copy(from: View, to: View): void {
  const n = sizeOf(to.sizes);
  if (n === 0) return;
  beginOperation();
  const source = address(from);
  const target = address(to);
  if (from.dtype === to.dtype && hasShapeOf(from, to) && isContiguous(from) && isContiguous(to))
    copyBytes(target, source, n * itemSize(to.dtype));
  else splitNest(nest([to, from]), [target, source], n / 4, (part, at) => copyNest(from.dtype, to.dtype, part, at));
}

function copyBytes(to: number, from: number, bytes: number): void {
  const run = moves().bytes;
  const work = bytes / 64;
  if (isSmall(work)) run(1, bytes, to, 0, from, 0);
  else
    split({ n: bytes, work, multiple: 64 }, (first, count) => {
      run(1, count, to + first, 0, from + first, 0);
    });
}

function hasShapeOf({ sizes: shape }: View, to: View): boolean {
  if (shape.length !== to.sizes.length) return false;
  for (let d = 0; d < shape.length; d++) if (shape[d] !== to.sizes[d]) return false;
  return true;
}

/** `addresses`: of the result, then of the source. */
function copyNest(from: DType, to: DType, loops: Nest, addresses: number[]): void {
  const inner = loops.sizes.length - 1;
  const [rows, n] = [loops.sizes[inner - 1]!, loops.sizes[inner]!];
  const [toStep, fromStep] = [loops.strides[0]![inner]!, loops.strides[1]![inner]!];
  const [toRow, fromRow] = [loops.strides[0]![inner - 1]!, loops.strides[1]![inner - 1]!];
  const size = itemSize(to);
  const isMove = from === to && toStep === size && n * size >= 32;
  if (isMove && fromStep === size)
    visitOuter(loops, addresses, () => moves().bytes(rows, n * size, addresses[0]!, toRow, addresses[1]!, fromRow));
  else if (isMove && fromStep === 0)
    visitOuter(loops, addresses, () => moves().splat(rows, n, addresses[0]!, toRow, addresses[1]!, fromRow, size));
  else if (!isCrossed(loops)) {
    const run = elementsFrom(from)(to);
    visitOuter(loops, addresses, () => run(rows, n, addresses[0]!, toStep, toRow, addresses[1]!, fromStep, fromRow));
  } else copyTiles(elementsFrom(from)(to), loops, addresses, isMove && size === 4 && fromRow === 4);
}

/** `isTransposed`: elements of four bytes, contiguous along the inner loop in the result and along the outer one in the source. */
function copyTiles(run: Run, loops: Nest, addresses: number[], isTransposed: boolean): void {
  const inner = loops.sizes.length - 1;
  const [toStep, fromStep] = [loops.strides[0]![inner]!, loops.strides[1]![inner]!];
  const [toRow, fromRow] = [loops.strides[0]![inner - 1]!, loops.strides[1]![inner - 1]!];
  const copyTile = (rows: number, n: number, [to, from]: readonly number[]): void => {
    const [wholeRows, whole] = isTransposed ? [rows & ~3, n & ~3] : [0, 0];
    if (whole > 0) moves().transposed(wholeRows, whole, to!, toRow, from!, fromStep);
    if (whole < n)
      run(wholeRows, n - whole, to! + toStep * whole, toStep, toRow, from! + fromStep * whole, fromStep, fromRow);
    if (wholeRows < rows)
      run(rows - wholeRows, n, to! + toRow * wholeRows, toStep, toRow, from! + fromRow * wholeRows, fromStep, fromRow);
  };
  visitOuter(loops, addresses, () => visitTiles(loops, addresses, copyTile));
}

/** As `Device.fill` says. */
export function fill(out: View, value: number | bigint): void {
  if (sizeOf(out.sizes) === 0) return;
  const { dtype } = out;
  const from = isStorageOnly(dtype) ? "float32" : dtype;
  beginOperation();
  const parameter = scratch(8);
  const target = address(out);
  writeParameter(parameter, value, from);
  const loops = nest([out]);
  const { sizes, strides } = loops;
  const both = { sizes, strides: [strides[0]!, sizes.map(() => 0)] };
  splitNest(both, [target, parameter], sizeOf(out.sizes) / 16, (part, at) => copyNest(from, dtype, part, at));
}

/** As `Device.arange` says. */
export function arange(out: View, start: number, step: number): void {
  const n = sizeOf(out.sizes);
  if (n === 0) return;
  const run = sequenceRun(out.dtype);
  beginOperation();
  run(n, address(out), start, step);
}
