/** Copies, and tensors of one value or of a sequence. */
import type { Kernels } from "@ag/kernels";
import { literal } from "./algebra.ts";
import { converted, placesOf, read, stretched, write } from "./elements.ts";

export const copy: Kernels["copy"] = (from, to) => write(to, read(stretched(from, to.sizes)));

export const fill: Kernels["fill"] = (out, value) => {
  const element = literal(value, out.dtype);
  write(
    out,
    placesOf(out).map(() => element),
  );
};

export const arange: Kernels["arange"] = (out, start, step) => {
  const isWhole = !out.dtype.includes("float");
  const [first, distance] = [converted(start, "int64") as bigint, converted(step, "int64") as bigint];
  write(
    out,
    placesOf(out).map((_, i) => (isWhole ? first + BigInt(i) * distance : start + i * step)),
  );
};
