import { cpu, type Device } from "@ag/kernels";
import { expect, test } from "vitest";

test("the cpu offers every family", () => {
  const device: Device = cpu;
  expect(Object.values(device).every((method) => typeof method === "function")).toBe(true);
});
