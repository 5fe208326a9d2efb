import { allDtypes } from "@ag/kernels";
import { type DType, DTypeError, isFloating, type Operand, ones, promoteTypes, tensor } from "@ag/tensor";
import { expect, test } from "vitest";
import golden from "./goldens/promotion.json" with { type: "json" };

const operandOf = (text: string): Operand => {
  if (text === "true") return true;
  if (!text.includes(":")) return Number(text);
  const [dtype, rank] = text.split(":") as [DType, string];
  return ones(rank === "0" ? [] : [2], { dtype });
};

test.each(Object.entries(golden.answers))("%s", (sum, dtype) => {
  const [a, b] = sum.split(" + ").map(operandOf) as [Operand, Operand];
  expect((a as ReturnType<typeof ones>).add(b).dtype).toBe(dtype);
});

test.each(Object.entries(golden.types))("%s meets every dtype", (a, meetings) => {
  expect(Object.keys(meetings).toSorted()).toEqual(allDtypes.toSorted());
  for (const [b, dtype] of Object.entries(meetings)) expect(promoteTypes(a as DType, b as DType), b).toBe(dtype);
});

test("half precision is stored and converted, nothing else", () => {
  const x = tensor([1, 2.5], { dtype: "bfloat16" });
  expect(x.to("float32").tolist()).toEqual([1, 2.5]);
  expect(promoteTypes("float16", "bfloat16")).toBe("float32"); // as torch.promote_types says
  expect(() => x.add(1)).toThrow(DTypeError);
  expect(() => x.sum()).toThrow("need a dtype to compute with; got bfloat16");
  expect(tensor([1, 65504], { dtype: "float16" }).rawBytes()).toEqual(Uint8Array.of(0, 0x3c, 0xff, 0x7b));
});

test("int64 is exact beyond 2^53", () => {
  const x = tensor([2n ** 62n]).add(1n);
  expect(x.data()).toEqual(BigInt64Array.of(2n ** 62n + 1n));
  expect(() => x.item()).toThrow("Use data(), which gives BigInts");
});

test("what is no dtype is not floating", () => {
  const odd: unknown[] = [undefined, null, 3, "float", "__proto__", "toString", Object.create(null)];
  expect(odd.map((x) => isFloating(x as DType))).toEqual(odd.map(() => false));
});
