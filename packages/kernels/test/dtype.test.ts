import {
  allDtypes,
  type Computed,
  cpu,
  type DType,
  dtypes,
  type Facts,
  type Formula,
  isStorageOnly,
  itemSize,
} from "@ag/kernels";
import { describe, expect, test } from "vitest";
import { emptyView, read, viewOf } from "./views.ts";

/** As the table holds its rows: each column has to be there. */
const check = (rows: Readonly<Record<string, Facts>>): number => Object.keys(rows).length;

test("a row without a column does not compile", () => {
  const { int16 } = dtypes;
  const { torch: _, ...nameless } = int16;
  const { machine: __, ...unknown } = int16;
  // @ts-expect-error PyTorch's name is missing
  check({ nameless });
  // @ts-expect-error what the machine computes with is missing
  check({ unknown });
  // @ts-expect-error there is no such machine type
  check({ int16: { ...int16, machine: "i16" } });
  expect(check(dtypes)).toBe(allDtypes.length);
});

test("rows stand by rising size, and agree with themselves", () => {
  const sizes = allDtypes.map(itemSize);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  for (const dtype of allDtypes) {
    const { array, size, torch, safetensors } = dtypes[dtype];
    expect(array.BYTES_PER_ELEMENT, dtype).toBe(size);
    expect(allDtypes.filter((other) => dtypes[other].torch === torch)).toEqual([dtype]);
    expect(allDtypes.filter((other) => dtypes[other].safetensors === safetensors)).toEqual([dtype]);
  }
});

describe("each pair of dtypes has kernels of its own", () => {
  const computed = allDtypes.filter((dtype): dtype is Computed => !isStorageOnly(dtype));
  const values = [-3, 5, 100.5, 0, 1, 2, 3, 4, 127, -128, 300];
  const as = (dtype: DType) => {
    const x = emptyView([values.length], dtype);
    cpu.copy(viewOf(Float64Array.from(values)), x);
    return x;
  };
  const kept: Formula = (_m, x) => x!;

  test.each(computed)("computing in %s, from every dtype, in every layout", (compute) => {
    for (const dtype of allDtypes) {
      const x = as(dtype);
      const want = emptyView(x.sizes, compute);
      cpu.copy(x, want);
      const all = read(want);
      const one = { ...x, sizes: [], strides: [], offset: 2 };
      const spaced = { ...x, sizes: [4], strides: [2] };
      for (const [operand, expected] of [
        [x, all],
        [one, [all[2], all[2], all[2]]],
        [spaced, [all[0], all[2], all[4], all[6]]],
      ] as const) {
        const out = emptyView([expected.length], compute);
        cpu.pointwise(kept, [operand], out, compute);
        expect(read(out), dtype).toEqual(expected);
        const isSet = emptyView([expected.length], "bool");
        cpu.pointwise(kept, [operand], isSet, compute);
        expect(read(isSet), dtype).toEqual(expected.map((value) => Number(value !== 0)));
      }
    }
  });

  test("eight operands, of as many dtypes", () => {
    const sum: Formula = (m, first, ...rest) => rest.reduce((a, b) => m.add(a, b), first!);
    const operands = computed.slice(-8).map(as);
    const out = emptyView([values.length], "float64");
    cpu.pointwise(sum, operands, out, "float64");
    const columns = operands.map(read);
    expect(read(out)).toEqual(values.map((_, i) => columns.reduce((total, column) => total + column[i]!, 0)));
    expect(() => cpu.pointwise(sum, [...operands, 1], out, "float64")).toThrow("need at most 8 operands; got 9");
  });
});
