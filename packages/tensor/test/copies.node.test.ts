import { beforeEach, describe, expect, test, vi } from "vitest";
import { describeForeign } from "#foreign";

const load = (): Promise<typeof import("@ag/tensor")> => import("@ag/tensor");
const registry = globalThis as { [key: symbol]: unknown };
const copies = Symbol.for("@ag/tensor");

type Library = Awaited<ReturnType<typeof load>>;
let one: Library;
let other: Library;

beforeEach(async () => {
  vi.resetModules();
  one = await load();
  vi.resetModules();
  other = await load();
  return () => vi.restoreAllMocks();
});

describe("a tensor of another copy of the library", () => {
  test("is refused by every operation that reads or writes it, and nothing changes", () => {
    const [a, b] = [one.tensor([1, 2]), other.tensor([3, 4])]; // their types are the same
    for (const use of [
      () => a.add(b),
      () => b.add(a),
      () => a.matmul(b),
      () => one.cat([a, b]),
      () => a.add_(b),
      () => b.copy_(a),
      () => one.where(a.gt(0), a, b),
      () => b.view(2, 1).add(a),
      () => one.view(b, [2, 1]).sum(),
      () => one.view(b, [2, 1]).tolist(),
      () => one.mul(b, 2),
      () => one.stack([b]),
      () => {
        a.grad = b;
      },
    ])
      expect(use).toThrow(/two copies of @ag\/(kernels|tensor) are loaded/i);
    expect([a.tolist(), b.tolist()]).toEqual([[1, 2], [3, 4]]); // biome-ignore format: pairs
  });

  test("keeps working among its own", () => {
    expect(
      one
        .tensor([1])
        .add(one.tensor([2]))
        .item(),
    ).toBe(3);
    expect(
      other
        .tensor([1])
        .add(other.tensor([2]))
        .item(),
    ).toBe(3);
  });

  test("is described, and nothing else is", async () => {
    vi.resetModules();
    const tensor = await load();
    const { describeForeign: describe } = await import("#foreign");
    expect(describe(one.tensor([1]))).toMatch(
      /^Two copies of @ag\/tensor are loaded \(\S+ and \S+\); tensors do not mix\. Have/,
    );
    for (const value of [tensor.tensor([1]), 1, "a", null, undefined, {}, [], () => 1, 2n, Symbol.for("@ag/tensor")])
      expect(describe(value)).toBeNull();
    expect(describeForeign(one.tensor([1]))).toContain("do not mix");
  });
});

test("a tape of the other copy is named as the cause", async () => {
  vi.resetModules();
  const tensor = await load();
  expect(() => tensor.tensor([1], { requiresGrad: true })).toThrow(
    /need the tape; got none\. Add import "@ag\/autograd"/,
  );
  vi.resetModules();
  const { install } = await import("@ag/tensor/internal");
  install({} as Parameters<typeof install>[0]);
  await load(); // whose methods come after the tape
  expect(() => tensor.tensor([1], { requiresGrad: true })).toThrow(
    /requiresGrad: need the tape; got none\. Two copies of @ag\/tensor are loaded \(\S+ and \S+\), and @ag\/autograd belongs to the other one/,
  );
});

describe("a second copy", () => {
  test("of the same version is loaded in silence, however often modules are reset", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    for (let i = 0; i < 3; i++) {
      vi.resetModules();
      await load();
    }
    expect(warn).not.toHaveBeenCalled();
  });

  test("of another version warns once, when it is loaded", async () => {
    const before = registry[copies];
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    registry[copies] = [{ version: "0.0.1", hasTape: false }];
    vi.resetModules();
    await load();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^UserWarning: Two copies of @ag\/tensor are loaded \(\S+ and 0\.0\.1\); tensors do not mix/)]]); // biome-ignore format: one text
    registry[copies] = before;
  });
});
