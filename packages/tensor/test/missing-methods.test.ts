import { add, Tensor, tensor, ValueError } from "@ag/tensor/fn";
import { beforeAll, describe, expect, test } from "vitest";

/** As people without types write it. */
const loose = (x: unknown): Record<string, (...args: unknown[]) => unknown> => x as never;

describe("before methods are attached", () => {
  const x = tensor([1, 2]);

  test.each(["add", "mul_", "conv2d", "log1p", "sum"])("%s throws and names the import", (name) => {
    const call = (): unknown => loose(x)[name]!(1);
    expect(call).toThrow(ValueError);
    expect(call).toThrow(`${name}: need the methods of tensors; got none attached. Add import "@ag/tensor".`);
  });

  test("nothing else of a tensor notices", async () => {
    expect(await Promise.resolve(x)).toBe(x); // which asks for "then"
    expect(await (async () => x)()).toEqual(x);
    expect(Object.assign({}, x)).toHaveProperty("dtype", "float32");
    expect(Object.hasOwn(x, "add") || "add" in x).toBe(false);
    expect(Array.isArray(x)).toBe(false);
    expect(Object.prototype.toString.call(x)).toBe("[object Object]");
    expect(String(x)).toBe("tensor([1., 2.])");
    expect([x.numel(), x.tolist(), Object.hasOwn(x, "dtype")]).toEqual([2, [1, 2], true]);
    expect(Reflect.get(x, Symbol.iterator) ?? Reflect.get(x, Symbol.asyncIterator)).toBeUndefined();
    for (const name of ["then", "length", "nodeType", "asymmetricMatch", "$$typeof", "__v_isRef", "0", "A"])
      expect(Reflect.get(x, name), name).toBeUndefined();
    expect(add(x, 1).tolist()).toEqual([2, 3]);
  });

  test("a new tensor sets nothing through the chain, which would take five times as long", () => {
    const base = Object.getPrototypeOf(Tensor.prototype) as object;
    const end = Object.getPrototypeOf(base) as object;
    const set = (_: object, key: string | symbol): never => {
      throw new Error(`declare ${String(key)} as a field`);
    };
    Object.setPrototypeOf(base, new Proxy(end, { set }));
    expect(add(tensor([1]), 1).tolist()).toEqual([2]);
    Object.setPrototypeOf(base, end);
  });

  test("a property of one's own can be set", () => {
    const y = loose(tensor([1]));
    y.note = () => 1;
    expect(y.note()).toBe(1);
  });
});

describe("afterwards", () => {
  beforeAll(() => import("@ag/tensor"));

  test("tensors made before have them, and what is missing is undefined", () => {
    const x = loose(tensor([1, 2]));
    expect(String(x.add!(1))).toBe("tensor([2., 3.])");
    expect(x.sub_).toBeTypeOf("function");
    expect([x.missing, x.sin_cos, x.then]).toEqual([undefined, undefined, undefined]);
    expect(() => x.missing!()).toThrow(TypeError);
  });
});
