/** One formula of every element. */
import { ElementError, type Kernels, type View } from "@ag/kernels";
import { algebraOf, literal } from "./algebra.ts";
import { placesOf, read, stretched, type Value, write } from "./elements.ts";

const isView = (x: View | Value): x is View => typeof x === "object";

export const pointwise: Kernels["pointwise"] = (formula, operands, out, compute) => {
  const m = algebraOf(compute);
  const places = placesOf(out);
  const columns = operands.map((x) =>
    isView(x) ? read(stretched(x, out.sizes), compute) : places.map(() => literal(x, compute)),
  );
  write(
    out,
    places.map((_, i) => {
      const result = formula(m, ...columns.map((column) => column[i]!));
      return typeof result === "boolean" ? Number(result) : result;
    }),
  );
};

export const check: Kernels["check"] = (holds, x, parameters = []) => {
  const m = algebraOf(x.dtype);
  const rest = parameters.map((one) => literal(one, x.dtype));
  read(x).forEach((value, i) => {
    if (!holds(m, value, ...rest)) throw new ElementError(`element ${i}, ${value}, is refused`, i, value);
  });
};
