/** Elements by their index: read there, added there, or found. Every index is checked before anything is written. */
import { ElementError, type IndexOptions, type Kernels, type View } from "@ag/kernels";
import { algebraOf } from "./algebra.ts";
import { elementsOf, linesOf, read, type Value, viewed, write } from "./elements.ts";

function check(index: Value, position: number, size: number, wraps: boolean): void {
  if (Number(index) < (wraps ? -size : 0) || Number(index) >= size)
    throw new ElementError(`index ${index} is outside of ${size} elements`, position, index);
}

/** The lines of `x` along `dim` that lie where those of `index` do. */
const linesBeside = (x: View, index: View, dim: number): number[][] => {
  const sizes = index.sizes.map((size, d) => (d === dim ? x.sizes[d]! : size));
  return linesOf(viewed(x, sizes, x.strides), dim);
};

/** A view without dimensions as one with one. */
const withDimension = (x: View): View => (x.sizes.length > 0 ? x : viewed(x, [1], [1]));

/** The places in `x` that an index names, line by line; every index is checked first. */
function named(x: View, index: View, { dim, wraps = false }: IndexOptions): number[] {
  const size = x.sizes[dim]!;
  const own = index.sizes.map((n, d) => (d !== dim && index.strides[d] === 0 ? 1 : n)); // slices may be empty
  for (const [i, one] of read(viewed(index, own, index.strides)).entries()) check(one, i, size, wraps);
  const indices = elementsOf(index);
  const lines = linesBeside(x, index, dim);
  return linesOf(index, dim).flatMap(
    (line, i) => line.map((place) => lines[i]!.at(Number(indices.get(place)))!), // negative ones count from the end
  );
}

export const gather: Kernels["gather"] = (x, index, out, options) => {
  const [from, to] = [elementsOf(x), elementsOf(out)];
  const values = named(withDimension(x), withDimension(index), options).map((place) => from.get(place));
  linesOf(withDimension(out), options.dim)
    .flat()
    .forEach((place, i) => {
      to.set(place, values[i]!);
    });
};

export const scatter: Kernels["scatter"] = (kind, out, index, source, options) => {
  const m = algebraOf(out.dtype);
  const [from, to] = [elementsOf(source), elementsOf(out)];
  const places = named(withDimension(out), withDimension(index), options);
  const lines = linesBeside(withDimension(source), withDimension(index), options.dim);
  const values = lines.flatMap((line) =>
    line.slice(0, withDimension(index).sizes[options.dim]).map((at) => from.get(at)),
  );
  places.forEach((place, i) => {
    to.set(place, kind === "add" ? m.add(to.get(place), values[i]!) : values[i]!);
  });
};

/** Numbers of the elements that are not zero, in row-major order. */
const found = (x: View): number[] => read(x).flatMap((value, i) => (Number(value) === 0 ? [] : [i]));

export const nonzero: Kernels["nonzero"] = (x, room) => {
  const rowSizes = x.sizes.map((_, d) => x.sizes.slice(d + 1).reduce((n, size) => n * size, 1));
  const all = found(x);
  write(
    room(all.length),
    all.flatMap((at) => x.sizes.map((size, d) => BigInt(Math.floor(at / rowSizes[d]!) % size))),
  );
};
