import { type DType, fromBytes, setPrintOptions, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import golden from "./goldens/print.json" with { type: "json" };

describe("as PyTorch prints it", () => {
  test.each(golden.cases.map((one, i) => [i, one] as const))("case %i", (_, { dtype, shape, bytes, text }) => {
    const data = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
    expect(String(fromBytes(data, dtype as DType, shape))).toBe(text);
  });
});

test("a summary reads a transposed tensor in its own order", () => {
  const x = tensor(Float32Array.from({ length: 2000 }, (_, i) => i)).reshape(2, 1000);
  expect(String(x.t())).toMatch(/^tensor\(\[\[ {2}0\., 1000\.\],/);
});

test("options change the digits, and are checked", () => {
  setPrintOptions({ precision: 2 });
  expect(String(tensor([0.123]))).toBe("tensor([0.12])");
  setPrintOptions({ precision: 4, sciMode: true });
  expect(String(tensor([2.5]))).toBe("tensor([2.5000e+00])");
  setPrintOptions({ sciMode: null });
  expect(() => setPrintOptions({ edgeItems: -1 })).toThrow(
    "setPrintOptions: need a whole number for edgeItems; got -1",
  );
});
