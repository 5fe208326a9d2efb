import {
  arange,
  DisposedError,
  DTypeError,
  eye,
  full,
  Generator,
  linspace,
  memory,
  ones,
  rand,
  randint,
  ShapeError,
  scope,
  setMemoryLimit,
  tensor,
  zeros,
  zerosLike,
} from "@ag/tensor";
import { describe, expect, test } from "vitest";

describe("factories", () => {
  test("dtypes follow the data, or the option", () => {
    expect(tensor([1, 2]).dtype).toBe("float32");
    expect(tensor([1n, 2n]).dtype).toBe("int64");
    expect(tensor([true]).dtype).toBe("bool");
    expect(tensor(new Float64Array([1])).dtype).toBe("float64");
    expect(tensor(Int8Array.of(-1)).dtype).toBe("int8");
    expect(tensor(Int16Array.of(-1)).dtype).toBe("int16");
    expect(() => tensor(new Uint16Array(1) as never)).toThrow("Int16Array, Int32Array, Float32Array, Float64Array");
    expect(tensor([1.7, -1.7], { dtype: "int64" }).data()).toEqual(BigInt64Array.of(1n, -1n));
    expect(full([2], true).dtype).toBe("bool");
    expect(arange(3).dtype).toBe("int64");
    expect(arange(0, 1, 0.5).dtype).toBe("float32");
  });

  test("short whole numbers are drawn, read, printed and refused by PyTorch's names", () => {
    for (const [dtype, array, name] of [
      ["int8", Int8Array, "Char"],
      ["int16", Int16Array, "Short"],
    ] as const) {
      const x = tensor([-3, 100], { dtype });
      expect(x.data()).toEqual(array.of(-3, 100));
      expect([x.tolist(), x.at(0).item(), x.rawBytes().length]).toEqual([[-3, 100], -3, 2 * array.BYTES_PER_ELEMENT]);
      expect(String(x)).toBe(`tensor([ -3, 100], dtype=torch.${dtype})`);
      expect(x.add_(100).mul_(x).data()).toEqual(array.of(97 * 97, 200 * 200)); // both wrap
      expect(() => x.add_(0.5)).toThrow(`result type Float can't be cast to the desired output type ${name}`);
      const draws = randint(-100, 100, [1000], { dtype, generator: new Generator().manualSeed(0) });
      expect(draws.long().tolist()).toEqual(
        randint(-100, 100, [1000], { generator: new Generator().manualSeed(0) }).tolist(),
      );
    }
  });

  test("shapes come as a list or one by one", () => {
    expect(zeros(2, 3).shape).toEqual([2, 3]);
    expect(ones([2, 3], { dtype: "float64" }).dtype).toBe("float64");
    expect(rand([]).shape).toEqual([]);
    expect(zerosLike(ones(2, 2)).tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(eye(2, 3).tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(linspace(0, 1, 5).tolist()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    const symmetric = linspace(-1, 1, 10);
    expect(symmetric.neg().flip(0).tolist()).toEqual(symmetric.tolist());
  });

  test("rows of differing lengths, and wrong sizes, are refused", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => tensor([[1], 2])).toThrow(ShapeError);
    expect(() => tensor([["1"]] as never)).toThrow("need numbers, bigints or booleans");
    expect(() => zeros(-1)).toThrow("need sizes that are whole and at least 0; got [-1]");
    expect(() => zeros(1.5)).toThrow(ShapeError);
    expect(() => rand([2], { dtype: "int64" })).toThrow(DTypeError);
    expect(() => arange(0, 3, 0)).toThrow("need finite numbers and a step that is not 0; got 0, 3, 0.");
  });

  test("nested as deep as PyTorch takes it", () => {
    type Nested = number | Nested[];
    const nested = (levels: number): Nested => (levels === 0 ? 7 : [nested(levels - 1)]);
    expect(tensor(nested(128)).shape).toHaveLength(128);
    let deep: Nested = nested(129);
    expect(() => tensor(deep)).toThrow("too many dimensions: need at most 128");
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(() => tensor(deep)).toThrow(ShapeError);
    const circle: Nested[] = [];
    circle.push(circle);
    expect(() => tensor(circle)).toThrow("too many dimensions");
  });
});

describe("reading", () => {
  test("item wants one element", () => {
    expect(tensor([[3]]).item()).toBe(3);
    expect(() => tensor([1, 2]).item()).toThrow("a Tensor with 2 elements cannot be converted to Scalar");
  });

  test("tolist nests as the dimensions are, whatever the strides", () => {
    const x = arange(6).reshape(2, 3);
    expect(x.t().tolist()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(tensor([[true], [false]]).tolist()).toEqual([[true], [false]]);
  });

  test("operators throw instead of giving NaN; templates print", () => {
    const x = tensor([1, 2]);
    expect(() => (x as unknown as number) * 2).toThrow("operators do not work on tensors");
    expect(`${x as unknown as string}`).toBe("tensor([1., 2.])");
  });
});

test("without the tape, the flag names the missing import", () => {
  expect(() => tensor([1], { requiresGrad: true })).toThrow('import "@ag/autograd"');
  expect(() => tensor([1]).backward()).toThrow('import "@ag/autograd"');
});

test("views share elements and version", () => {
  const x = zeros(2, 3);
  const row = x.at(1);
  row.add_(1);
  expect(x.tolist()).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ]);
  expect(row.storage).toBe(x.storage);
  expect(row.at(0).base).toBe(x);
  expect(x.storage.version).toBe(1);
});

describe("memory", () => {
  test("dispose gives back this handle's hold; using it afterwards throws", () => {
    const x = ones(100_000);
    const view = x.reshape(100, 1000);
    x.dispose();
    x.dispose();
    expect(() => x.add(1)).toThrow(DisposedError);
    expect(() => x.add(1)).toThrow("tensor was disposed: need a live tensor");
    expect(view.sum().item()).toBe(100_000);
  });

  test("a scope keeps what it returns", () => {
    const before = memory().blocks;
    const kept = scope(() => {
      const x = ones(10);
      const y = x.add(1);
      return { list: [y.mul(2)] };
    });
    expect(memory().blocks).toBe(before + 1);
    expect(kept.list[0]?.tolist()).toEqual(Array(10).fill(4));
  });

  test("limits are checked", () => {
    expect(() => setMemoryLimit({ soft: -1 })).toThrow("need a positive number of bytes for soft; got -1");
  });
});

describe("leaving the thread", () => {
  const x = tensor([[1, 2]]);
  const gone = tensor([1]);
  gone.dispose();
  const instead = "send its data() or tolist() instead";

  test.each([
    ["a tensor", x],
    ["a view", x.t()],
    ["one of nothing", zeros(0)],
    ["a disposed one", gone],
    ["one among other things", new Map([["x", [{ x }]]])],
  ])("%s is neither cloned nor posted", (_, value) => {
    expect(() => structuredClone(value)).toThrow(instead);
    const { port1 } = new MessageChannel();
    expect(() => port1.postMessage(value)).toThrow(instead);
    port1.close();
  });

  test("no JSON without asking", () => {
    expect(() => JSON.stringify({ loss: x })).toThrow("toJSON: need numbers; got a Tensor. Write x.tolist()");
    expect(JSON.stringify({ loss: x.tolist(), shape: x.shape })).toBe('{"loss":[[1,2]],"shape":[1,2]}');
    expect(structuredClone(x.data())).toEqual(Float32Array.of(1, 2));
  });
});
