/**
 * out[i] = formula(x[i], …) over any layout. Kernels are kept by formula, dtypes and which operands are one value; shapes,
 * strides and numbers are arguments, so a formula has a handful of modules.
 */
import { allDtypes, type Computed, checkComputes, type DType, itemSize } from "../../dtype.ts";
import { isSmall, split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { address, beginOperation, compile, scratch } from "../../wasm/runtime.ts";
import type { Formula } from "./algebra.ts";
import { costOf, isVectorisable, type PointwiseKernel, scalarRows, vectorRows } from "./kernel.ts";
import { hasLayoutOf, isCrossed, type Nest, nest, splitNest, visitOuter, visitTiles } from "./layout.ts";
import { writeParameter } from "./parameters.ts";

type Run = (...args: number[]) => number;
type Operand = View | number | bigint;

/** The kernels of one formula. */
interface Kernels {
  /** float32 on contiguous operands of one shape and single values: by a 1 and then a bit for each operand, 1 for a single value. */
  readonly flat: (Chosen | undefined)[];
  readonly byDtypes: Map<number, Chosen>;
}

interface Chosen {
  readonly isVector: boolean;
  readonly run: Run;
  /** Nanoseconds for an element, about. */
  readonly cost: number;
}

const kept = /* @__PURE__ */ Symbol("kernels");

/** On the formula itself: a map would be asked for every small operation. */
function kernelsOf(formula: Formula & { [kept]?: Kernels }): Kernels {
  formula[kept] ??= { flat: new Array(16).fill(undefined), byDtypes: new Map() };
  return formula[kept];
}

/** As `Device.pointwise` says. Throws TypeError when asked to compute with float16 or bfloat16. */
export function pointwise(formula: Formula, operands: readonly Operand[], out: View, compute: DType): void {
  const n = sizeOf(out.sizes);
  if (n === 0) return;
  if (compute === "float32" && out.dtype === "float32" && operands.length <= 3 && isContiguous(out)) {
    const key = flatKey(operands, out);
    if (key > 0) {
      runFlat(formula, operands, out, n, key);
      return;
    }
  }
  checkComputes("pointwise", compute);
  runNest(formula, operands, out, compute);
}

/** 0 when some operand is neither one value nor float32 in the layout of `out`. */
function flatKey(operands: readonly Operand[], out: View): number {
  let key = 1;
  for (let k = 0; k < operands.length; k++) {
    const x = operands[k]!;
    if (typeof x !== "object") key = 2 * key + 1;
    else if (x.dtype !== "float32") return 0;
    else if (hasLayoutOf(x, out)) key = 2 * key;
    else if (sizeOf(x.sizes) === 1) key = 2 * key + 1;
    else return 0;
  }
  return key;
}

function compileFlat(formula: Formula, operands: number, key: number): Chosen {
  const plan: PointwiseKernel = {
    formula,
    compute: "float32",
    out: "float32",
    operands: Array.from({ length: operands }, (_, k) => ({
      dtype: "float32" as const,
      isSplat: !isStream(key, operands, k),
    })),
  };
  return vectorKernel(plan);
}

function vectorKernel(plan: PointwiseKernel): Chosen {
  const rows = vectorRows(plan);
  return { isVector: true, run: compile({ run: rows }).run, cost: costOf(plan, rows) };
}

function scalarKernel(plan: PointwiseKernel): Chosen {
  const rows = scalarRows(plan);
  return { isVector: false, run: compile({ run: rows }).run, cost: 8 * costOf(plan, rows) };
}

function runFlat(formula: Formula, operands: readonly Operand[], out: View, n: number, key: number): void {
  const { flat } = kernelsOf(formula);
  let kernel = flat[key];
  if (kernel === undefined) kernel = flat[key] = compileFlat(formula, operands.length, key);
  beginOperation();
  const to = address(out);
  const x = operandAddress(operands, 0, "float32");
  if (!isSmall(n * kernel.cost)) splitFlat(kernel, operands, to, n, key);
  else if (operands.length === 1) kernel.run(1, n, to, 0, x, 0);
  else {
    const y = operandAddress(operands, 1, "float32");
    if (operands.length === 2) kernel.run(1, n, to, 0, x, 0, y, 0);
    else kernel.run(1, n, to, 0, x, 0, y, 0, operandAddress(operands, 2, "float32"), 0);
  }
}

/** On several threads. A function of its own: variables that a closure sees cost every call, whether it is made or not. */
function splitFlat({ run, cost }: Chosen, operands: readonly Operand[], to: number, n: number, key: number): void {
  const from = operands.map((_, k) => operandAddress(operands, k, "float32"));
  const steps = from.map((_, k) => (isStream(key, operands.length, k) ? 4 : 0));
  split({ n, work: n * cost, multiple: 64 }, (first, count) => {
    run(1, count, to + 4 * first, 0, ...from.flatMap((at, k) => [at + first * steps[k]!, 0]));
  });
}

/** Whether operand k has an element for each of the result. */
const isStream = (key: number, operands: number, k: number): boolean => ((key >> (operands - 1 - k)) & 1) === 0;

/** Numbers are written to scratch space, in the dtype that is computed with. */
function operandAddress(operands: readonly Operand[], k: number, compute: DType): number {
  const x = operands[k]!;
  if (typeof x === "object") return address(x);
  const at = scratch(64) + 8 * k;
  writeParameter(at, x, compute);
  return at;
}

const numberOf: ReadonlyMap<DType, number> = /* @__PURE__ */ new Map(allDtypes.map((dtype, i) => [dtype, i]));

/** Any dtypes and layouts. */
function runNest(formula: Formula, operands: readonly Operand[], out: View, compute: Computed): void {
  if (operands.length > 8) throw new TypeError(`pointwise: need at most 8 operands; got ${operands.length}.`);
  beginOperation();
  const views = [out];
  const addresses = [address(out)];
  for (let k = 0; k < operands.length; k++) {
    const x = operands[k]!;
    views.push(typeof x === "object" ? x : numberView(out, compute));
    addresses.push(operandAddress(operands, k, compute));
  }
  const loops = nest(views);
  const isRows = isContiguousAlong(views, loops);
  const kernel = chosen(kernelsOf(formula), formula, compute, views, isRows ? loops : null);
  const { isVector, run, cost } = kernel;
  splitNest(loops, addresses, sizeOf(out.sizes) * cost, (part, at) =>
    (isVector ? runVector : runScalar)(run, part, at),
  );
}

/** What stands for a number: one element. Its storage is never asked. */
const numberView = ({ storage }: View, dtype: DType): View => ({ storage, offset: 0, sizes: [], strides: [], dtype });

/** Whether along the innermost loop the result is contiguous, and each operand too or one value. */
function isContiguousAlong(views: readonly View[], { sizes, strides }: Nest): boolean {
  const inner = sizes.length - 1;
  for (let k = 0; k < views.length; k++) {
    const step = strides[k]![inner]!;
    if (step !== itemSize(views[k]!.dtype) && (step !== 0 || (k === 0 && sizes[inner] !== 1))) return false;
  }
  return true;
}

/**
 * The kernel for these dtypes, kept under a whole number with a digit for each view. `loops`: null when the innermost
 * one asks for a kernel that takes any strides.
 */
function chosen(
  kernels: Kernels,
  formula: Formula,
  compute: Computed,
  views: readonly View[],
  loops: Nest | null,
): Chosen {
  const inner = loops ? loops.sizes.length - 1 : 0;
  const base = 2 * allDtypes.length;
  let key = base + 2 * numberOf.get(compute)! + (loops ? 1 : 0); // base: so that fewer views never give the same number
  for (let k = 0; k < views.length; k++) {
    const isSplat = loops !== null && k > 0 && loops.strides[k]![inner] === 0;
    key = base * key + 2 * numberOf.get(views[k]!.dtype)! + (isSplat ? 1 : 0);
  }
  let kernel = kernels.byDtypes.get(key);
  if (kernel !== undefined) return kernel;
  if (!Number.isSafeInteger(key)) throw new TypeError(`pointwise: need fewer operands; got ${views.length - 1}.`);
  const plan = described(formula, compute, views, loops);
  if (!loops) kernel = scalarKernel(plan);
  else if (isVectorisable(plan)) kernel = vectorKernel(plan);
  else kernel = chosen(kernels, formula, compute, views, null);
  kernels.byDtypes.set(key, kernel);
  return kernel;
}

const described = (
  formula: Formula,
  compute: Computed,
  views: readonly View[],
  loops: Nest | null,
): PointwiseKernel => ({
  formula,
  compute,
  out: views[0]!.dtype,
  operands: views
    .slice(1)
    .map(({ dtype }, k) => ({ dtype, isSplat: loops !== null && loops.strides[k + 1]!.at(-1) === 0 })),
});

function runVector(run: Run, loops: Nest, addresses: number[]): void {
  const { sizes, strides } = loops;
  const inner = sizes.length - 1;
  const row = inner - 1;
  const [rows, n] = [sizes[row]!, sizes[inner]!];
  visitOuter(loops, addresses, () => {
    if (addresses.length === 2) run(rows, n, addresses[0]!, strides[0]![row]!, addresses[1]!, strides[1]![row]!);
    else if (addresses.length === 3)
      run(
        rows,
        n,
        addresses[0]!,
        strides[0]![row]!,
        addresses[1]!,
        strides[1]![row]!,
        addresses[2]!,
        strides[2]![row]!,
      );
    else run(rows, n, ...addresses.flatMap((at, k) => [at, strides[k]![row]!]));
  });
}

function runScalar(run: Run, loops: Nest, addresses: number[]): void {
  const { sizes, strides } = loops;
  const inner = sizes.length - 1;
  const call = (rows: number, n: number, at: readonly number[]): void => {
    const given = [rows, n];
    for (let k = 0; k < at.length; k++) given.push(at[k]!, strides[k]![inner]!, strides[k]![inner - 1]!);
    run(...given);
  };
  const isTiled = isCrossed(loops);
  visitOuter(loops, addresses, () => {
    if (isTiled) visitTiles(loops, addresses, call);
    else call(sizes[inner - 1]!, sizes[inner]!, addresses);
  });
}
