import { cpu, type Kernels } from "@ag/kernels";
import { expect, test } from "vitest";

test("the cpu offers every family", () => {
  const device: Kernels = cpu;
  expect(Object.values(device).every((method) => typeof method === "function")).toBe(true);
});
