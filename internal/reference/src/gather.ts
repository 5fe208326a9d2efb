/** Elements by their index: read there, added there, or found. Every index is checked before anything is written. */
import { IndexError, type Kernels, type View } from "@ag/kernels";
import { algebraOf } from "./algebra.ts";
import { elementsOf, linesOf, read, type Value, viewed, write } from "./elements.ts";

interface Rule {
  readonly op: string;
  readonly dim: number;
  /** Negative indices count from the end. */
  readonly wraps: boolean;
}

function checked(index: Value, { op, dim, wraps }: Rule, size: number): number {
  const at = Number(index);
  if (at >= (wraps ? -size : 0) && at < size) return at < 0 ? at + size : at;
  throw new IndexError(`${op}: index ${index} is out of bounds for dimension ${dim} with size ${size}`);
}

/** The lines of `x` along `dim` that lie where those of `index` do. */
const linesBeside = (x: View, index: View, dim: number): number[][] => {
  const sizes = index.sizes.map((size, d) => (d === dim ? x.sizes[d]! : size));
  return linesOf(viewed(x, sizes, x.strides), dim);
};

/** The places in `x` that an index names, line by line. */
function named(x: View, index: View, rule: Rule): number[] {
  const indices = elementsOf(index);
  const lines = linesBeside(x, index, rule.dim);
  return linesOf(index, rule.dim).flatMap((line, i) =>
    line.map((place) => lines[i]![checked(indices.get(place), rule, x.sizes[rule.dim]!)]!),
  );
}

/** A view without dimensions as one with one. */
const withDimension = (x: View): View => (x.sizes.length > 0 ? x : viewed(x, [1], [1]));

/** An index of one dimension, checked, and repeated along all others of `like`. */
function spread(index: View, like: View, x: View, rule: Rule): View {
  for (const at of read(index)) checked(at, rule, x.sizes[rule.dim]!);
  return viewed(
    index,
    like.sizes,
    like.sizes.map((_, d) => (d === rule.dim ? index.strides[0]! : 0)),
  );
}

function take(x: View, out: View, index: View, rule: Rule): void {
  const [from, to] = [elementsOf(x), elementsOf(out)];
  const values = named(x, index, rule).map((place) => from.get(place));
  linesOf(out, rule.dim)
    .flat()
    .forEach((place, i) => {
      to.set(place, values[i]!);
    });
}

function add(out: View, source: View, index: View, rule: Rule): void {
  const m = algebraOf(out.dtype);
  const [from, to] = [elementsOf(source), elementsOf(out)];
  const sources = linesBeside(source, index, rule.dim).map((line) => line.slice(0, index.sizes[rule.dim]));
  const added = sources.flat().map((place) => from.get(place));
  named(out, index, rule).forEach((place, i) => {
    to.set(place, m.add(to.get(place), added[i]!));
  });
}

export const gather: Kernels["gather"] = (x, dim, index, out) =>
  take(withDimension(x), withDimension(out), withDimension(index), { op: "gather", dim, wraps: false });

export const scatterAdd: Kernels["scatterAdd"] = (out, dim, index, source) =>
  add(withDimension(out), withDimension(source), withDimension(index), { op: "scatterAdd", dim, wraps: false });

export const indexSelect: Kernels["indexSelect"] = (x, dim, index, out) => {
  const [from, to, rule] = [withDimension(x), withDimension(out), { op: "indexSelect", dim, wraps: true }];
  take(from, to, spread(withDimension(index), to, from, rule), rule);
};

export const indexAdd: Kernels["indexAdd"] = (out, dim, index, source) => {
  const [to, from, rule] = [withDimension(out), withDimension(source), { op: "indexAdd", dim, wraps: true }];
  add(to, from, spread(withDimension(index), from, to, rule), rule);
};

/** Numbers of the elements that are not zero, in row-major order. */
const found = (x: View): number[] => read(x).flatMap((value, i) => (Number(value) === 0 ? [] : [i]));

export const countNonzero: Kernels["countNonzero"] = (x) => found(x).length;

export const nonzero: Kernels["nonzero"] = (x, out) => {
  const rowSizes = x.sizes.map((_, d) => x.sizes.slice(d + 1).reduce((n, size) => n * size, 1));
  write(
    out,
    found(x).flatMap((at) => x.sizes.map((size, d) => BigInt(Math.floor(at / rowSizes[d]!) % size))),
  );
};
