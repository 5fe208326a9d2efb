/** Steps of optimizers: a rule over the elements of several arrays; every operation rounds. */
import type { Kernels } from "@ag/kernels";
import { algebraOf, literal } from "./algebra.ts";
import { read, type Value, write } from "./elements.ts";

export const update: Kernels["update"] = (rule, arrays, scalars) => {
  for (const i of arrays[0]!.keys()) {
    const views = arrays.map((list) => list[i]!);
    const { dtype } = views[0]!;
    const m = algebraOf(dtype);
    const given = scalars.map((one) => literal(one, dtype));
    const columns = views.map((x) => read(x));
    const results = columns[0]!.map((_, at) =>
      rule(
        m,
        columns.map((column) => column[at]!),
        given,
      ),
    );
    results[0]?.forEach((first, k) => {
      if (first !== undefined)
        write(
          views[k]!,
          results.map((result) => result[k] as Value),
        );
    });
  }
};
