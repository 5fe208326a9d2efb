import {
  type DType,
  fromBytes,
  markParameter,
  markRequiresGrad,
  setPrintOptions,
  type Tensor,
  tensor,
} from "@ag/tensor";
import { describe, expect, test } from "vitest";
import golden from "./goldens/print.json" with { type: "json" };

function flagged(x: Tensor, flag: string): Tensor {
  if (flag === "leaf") return markRequiresGrad(x);
  return flag === "" ? x : markParameter(x, flag === "parameter");
}

describe("as PyTorch prints it", () => {
  test.each(golden.cases.map((one, i) => [i, one] as const))("case %i", (_, one) => {
    const data = Uint8Array.from(atob(one.bytes), (c) => c.charCodeAt(0));
    const x = fromBytes(data, one.dtype as DType, one.shape, one.strides, one.offset);
    expect(String(flagged(x, one.flag))).toBe(one.text);
  });
});

test("options change the digits, and are checked", () => {
  setPrintOptions({ precision: 2 });
  expect(String(tensor([0.123]))).toBe("tensor([0.12])");
  setPrintOptions({ precision: 4, sciMode: true });
  expect(String(tensor([2.5]))).toBe("tensor([2.5000e+00])");
  expect(String(tensor([0]))).toBe("tensor([0.])");
  setPrintOptions({ sciMode: null });
  expect(() => setPrintOptions({ edgeItems: -1 })).toThrow(
    "setPrintOptions: need a whole number for edgeItems; got -1",
  );
});
