/**
 * How does PyTorch print a tensor? Four digits, columns of one width, at most 1000 elements (else three from each edge),
 * lines of 80 characters, and what it has beyond its numbers: size, dtype, grad_fn.
 */
import { type DType, isFloating, type View } from "@ag/kernels";
import { isParameter } from "../core/place.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Shape, sizeOf } from "../layout/shape.ts";
import { elementsOf } from "./read.ts";

/** What `setPrintOptions` sets. */
export const settings = { precision: 4, threshold: 1000, edgeItems: 3, lineWidth: 80, sciMode: null as boolean | null };

/** One number as text, before it is padded to the width of its column. */
type Format = (x: number | bigint) => string;

interface Column {
  readonly format: Format;
  readonly width: number;
}

/**
 * Decimal digits as C prints them: exact halves go to the even digit, where JavaScript's own functions round up.
 * `long` is the exact number with many digits more than `digits`, `short` the one JavaScript rounded.
 */
function halfToEven(short: string, long: string, digits: number): string {
  const [, whole = "", rest = ""] = /^(-?\d+)\.?(\d*)/.exec(long) ?? [];
  const isTie = /^50*$/.test(rest.slice(digits));
  const last = digits > 0 ? rest[digits - 1] : whole.at(-1);
  if (!isTie || Number(last) % 2 === 1) return short;
  return digits > 0 ? `${whole}.${rest.slice(0, digits)}` : whole;
}

const MANY = 60;

/** C's `%.4f`; −0 keeps its sign, and beyond 10²¹ all digits are shown. */
function fixed(x: number, digits: number): string {
  if (Object.is(x, -0)) return `-${(0).toFixed(digits)}`;
  if (Math.abs(x) >= 1e21) return `${BigInt(x)}${digits ? `.${"0".repeat(digits)}` : ""}`;
  return halfToEven(x.toFixed(digits), x.toFixed(MANY), digits);
}

/** C's `%.4e`: at least two digits of exponent; −0 keeps its sign. */
function scientific(x: number): string {
  const { precision } = settings;
  const [short, exponent] = x.toExponential(precision).split("e") as [string, string];
  const [long, same] = x.toExponential(MANY).split("e") as [string, string];
  const mantissa = same === exponent ? halfToEven(short, long, precision) : short;
  const sign = Object.is(x, -0) ? "-" : "";
  return `${sign}${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

const special = (x: number): string => (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf");

/** Decides by the finite numbers other than 0, as PyTorch does: the others do not widen the column either. */
function floatingColumn(values: readonly number[]): Column {
  const finite = values.filter((x) => Number.isFinite(x) && x !== 0);
  const sizes = finite.map(Math.abs);
  const [most, least] = [sizes.reduce((a, b) => Math.max(a, b), 0), sizes.reduce((a, b) => Math.min(a, b), Infinity)];
  const isWhole = finite.every(Number.isInteger);
  const isWide = most / least > 1000 || most > 1e8;
  const decided = isWhole ? isWide : isWide || least < 1e-4;
  const isScientific = finite.length > 0 && (settings.sciMode ?? decided);
  const plain = (x: number): string => {
    if (isScientific) return scientific(x);
    return isWhole ? `${fixed(x, 0)}.` : fixed(x, settings.precision);
  };
  const width = finite.reduce((most, x) => Math.max(most, plain(x).length), 1);
  return { format: (x) => (Number.isFinite(x as number) ? plain(x as number) : special(x as number)), width };
}

/** The format of all numbers that will be shown, and the width they share. */
function columnOf(values: readonly (number | bigint)[], dtype: DType): Column {
  if (isFloating(dtype)) return floatingColumn(values as number[]);
  const format: Format = dtype === "bool" ? (x) => (x ? "True" : "False") : String;
  return { format, width: values.reduce<number>((width, x) => Math.max(width, format(x).length), 0) };
}

/** The positions that are shown along a dimension; null stands for those left out. */
function shown(size: number, isSummary: boolean): readonly (number | null)[] {
  const { edgeItems } = settings;
  const run = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
  if (!isSummary || size <= 2 * edgeItems) return run(0, size);
  return [...run(0, edgeItems), null, ...run(size - edgeItems, edgeItems)];
}

interface Shown {
  readonly shape: Shape;
  readonly isSummary: boolean;
  readonly values: readonly (number | bigint)[];
}

/** Reads what is shown and nothing else: for a summary, only the edges. */
function readShown(x: View): Shown {
  const isSummary = x.sizes.length > 0 && sizeOf(x.sizes) > settings.threshold;
  if (!isSummary) return { shape: x.sizes, isSummary, values: Array.from(elementsOf(x) as ArrayLike<number | bigint>) };
  const values: (number | bigint)[] = [];
  const visit = (d: number, offset: number): void => {
    const { storage, strides, dtype } = x;
    if (d === x.sizes.length - 1) {
      for (const i of shown(x.sizes[d]!, true)) {
        if (i === null) continue;
        const [element] = elementsOf({ storage, offset: offset + i * strides[d]!, sizes: [], strides: [], dtype });
        values.push(element!);
      }
    } else for (const i of shown(x.sizes[d]!, true)) if (i !== null) visit(d + 1, offset + i * strides[d]!);
  };
  visit(0, x.offset);
  return { shape: x.sizes, isSummary, values };
}

/** One row of numbers, in as many lines as it needs. */
function row(texts: readonly string[], indent: number, width: number): string {
  const perLine = Math.max(1, Math.floor((settings.lineWidth - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += perLine) lines.push(texts.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

/** The numbers in brackets, `indent` characters behind the start of the line. */
function body({ shape, isSummary, values }: Shown, indent: number, dtype: DType): string {
  const column = columnOf(values, dtype);
  if (shape.length === 0) return column.format(values[0]!);
  let next = 0;
  const level = (d: number, at: number): string => {
    const positions = shown(shape[d]!, isSummary);
    const gap = settings.edgeItems === 0 ? "..." : " ...";
    if (d === shape.length - 1)
      return row(
        positions.map((i) => (i === null ? gap : column.format(values[next++]!).padStart(column.width))),
        at,
        column.width,
      );
    const parts = positions.map((i) => (i === null ? "..." : level(d + 1, at + 1)));
    return `[${parts.join(`,${"\n".repeat(shape.length - 1 - d)}${" ".repeat(at + 1)}`)}]`;
  };
  return level(0, indent);
}

/** As Python shows it. */
const tuple = (shape: Shape): string => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

/** What is said after the numbers. */
function suffixes(x: Tensor): string[] {
  const isDefault = x.dtype === "float32" || x.dtype === "int64" || x.dtype === "bool";
  const isEmpty = x.numel() === 0;
  const found: string[] = [];
  if (isEmpty ? x.sizes.length !== 1 : settings.edgeItems === 0) found.push(`size=${tuple(x.sizes)}`);
  if (!isDefault || (isEmpty && x.dtype !== "float32")) found.push(`dtype=torch.${x.dtype}`);
  if (x.gradFn) found.push(`grad_fn=<${x.gradFn.name}>`);
  else if (x.requiresGrad) found.push("requires_grad=True");
  return found;
}

/** The text, with suffixes on the last line if they fit. */
function withSuffixes(text: string, added: readonly string[], indent: number): string {
  let out = text;
  let used = text.length - text.lastIndexOf("\n") + 1; // as PyTorch counts
  for (const suffix of added) {
    if (used + suffix.length + 2 > settings.lineWidth) {
      out += `,\n${" ".repeat(indent)}${suffix}`;
      used = indent + suffix.length;
    } else {
      out += `, ${suffix}`;
      used += suffix.length + 2;
    }
  }
  return `${out})`;
}

/** The tensor as PyTorch prints it. */
export function print(x: Tensor): string {
  const prefix = "tensor(";
  const view = { storage: x.storage, offset: x.offset, sizes: x.sizes, strides: x.strides, dtype: x.dtype };
  const numbers = x.numel() === 0 ? "[]" : body(readShown(view), prefix.length, x.dtype);
  const text = withSuffixes(prefix + numbers, suffixes(x), prefix.length);
  return isParameter(x) ? `Parameter containing:\n${text}` : text;
}
