import {
  adaptiveAvgPool2d,
  asStrided,
  type DType,
  empty,
  fromBytes,
  linspace,
  OutOfMemoryError,
  oneHot,
  randn,
  setPrintOptions,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "@ag/tensor";
import { markParameter, markRequiresGrad } from "@ag/tensor/internal";
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

describe("a tensor that is far larger than memory", () => {
  const huge = (): Tensor => tensor([1.5]).expand(2 ** 31);

  test("prints by reading its edges", () => {
    expect(String(huge())).toBe("tensor([1.5000, 1.5000, 1.5000,  ..., 1.5000, 1.5000, 1.5000])");
    expect(String(tensor([1.5]).expand(2 ** 52))).toBe(String(huge()));
  });

  test("gives no lists and no copies, and says so", () => {
    expect(() => huge().tolist()).toThrow(OutOfMemoryError);
    expect(() => huge().tolist()).toThrow(
      "tolist: need at most 33554432 numbers and lists; got shape [2147483648]. Use data(), or parts of it.",
    );
    expect(() => empty([2 ** 40, 0]).tolist()).toThrow(OutOfMemoryError);
    expect(() => huge().data()).toThrow("read: need 8192.0 MiB");
    expect(() => huge().rawBytes()).toThrow(OutOfMemoryError);
    expect(() => huge().mul(2)).toThrow("mul: need 8192.0 MiB");
    expect(() => huge().flip(0)).toThrow("flip: need 8192.0 MiB");
    expect(huge().at(5).item()).toBe(1.5);
  });

  test("has elements that can be counted", () => {
    expect(() => tensor([1]).expand(2 ** 40, 2 ** 40)).toThrow("expand: numel: integer multiplication overflow");
    expect(() => asStrided(tensor([1]), [2 ** 40, 2 ** 40], [0, 0])).toThrow("integer multiplication overflow");
    expect(
      tensor([1])
        .expand(2 ** 26, 2 ** 26)
        .numel(),
    ).toBe(2 ** 52);
  });
});

test("factories refuse what cannot be had, whatever they compute first", () => {
  for (const make of [
    () => zeros([2 ** 36]),
    () => zeros([2 ** 30, 2 ** 30]),
    () => randn([2 ** 36]),
    () => linspace(0, 1, 2 ** 40),
    () => oneHot(tensor([1n]), 2 ** 40),
    () => adaptiveAvgPool2d(randn(2, 3, 6, 5), [2 ** 20, 2 ** 20]),
  ])
    expect(make).toThrow(OutOfMemoryError);
  expect(oneHot(tensor([[1n, 0n], [2n, 2n]])).tolist()).toEqual([[[0, 1, 0], [1, 0, 0]], [[0, 0, 1], [0, 0, 1]]]); // biome-ignore format: rows
});

test("summaries may show nothing, everything, and no dimension", () => {
  setPrintOptions({ edgeItems: 0, threshold: 2 });
  expect(String(tensor([1, 2, 3]))).toBe("tensor([...], size=(3,))");
  setPrintOptions({ edgeItems: 3, threshold: 0 });
  expect(String(tensor(2))).toBe("tensor(2.)");
  setPrintOptions({ threshold: Infinity });
  expect(String(zeros(1001))).not.toContain("...");
  setPrintOptions({ threshold: 1000 });
});

test("options change the digits, and are checked", () => {
  setPrintOptions({ precision: 2 });
  expect(String(tensor([0.123]))).toBe("tensor([0.12])");
  setPrintOptions({ precision: undefined as never });
  expect(String(tensor([0.123]))).toBe("tensor([0.12])");
  setPrintOptions({ precision: 4, sciMode: true });
  expect(String(tensor([2.5]))).toBe("tensor([2.5000e+00])");
  expect(String(tensor([0]))).toBe("tensor([0.])");
  setPrintOptions({ sciMode: null });
  expect(() => setPrintOptions({ edgeItems: -1 })).toThrow(
    "setPrintOptions: need a whole number for edgeItems; got -1",
  );
  expect(() => setPrintOptions({ precision: 1.5 })).toThrow("need a whole number for precision; got 1.5");
  expect(() => setPrintOptions({ lineWidth: Infinity })).toThrow("need a whole number for lineWidth; got Infinity");
  expect(() => setPrintOptions(null as never)).toThrow(ValueError);
  expect(() => setPrintOptions({ precision: 101 })).toThrow(
    "setPrintOptions: need a precision of at most 100; got 101.",
  );
});
