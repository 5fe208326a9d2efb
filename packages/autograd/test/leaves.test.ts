import { AutogradFunction, backward, type Context, enableGrad, grad, noGrad } from "@ag/autograd";
import { avgPool2d, cat, floorDivide, mul, ones, rand, scope, sub, type Tensor, tensor, zeros } from "@ag/tensor";
import { describe, expect, test, vi } from "vitest";

const leaf = (data: number[] | number[][]): Tensor => tensor(data, { requiresGrad: true });
const gradOf = (x: Tensor): unknown => x.grad?.tolist() ?? null;

describe("where a backward starts", () => {
  test("one element of any rank needs no gradient", () => {
    const x = leaf([[2]]);
    x.mul(x).backward();
    expect(gradOf(x)).toEqual([[4]]);
  });

  test("several elements need one", () => {
    const x = leaf([1, 2]);
    expect(() => x.mul(2).backward()).toThrow("grad can be implicitly created only for scalar outputs");
    expect(x.grad).toBeNull();
  });

  test("of the root's shape; its dtype is converted", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    expect(() => y.backward(ones(3))).toThrow("Mismatch in shape: grad_output[0]");
    y.backward(tensor([1, 10], { dtype: "float64" }));
    expect(gradOf(x)).toEqual([3, 30]);
    expect(x.grad?.dtype).toBe("float32");
  });

  test("of a leaf itself becomes its gradient, in its dtype", () => {
    const x = leaf([1, 2]);
    x.backward(tensor([1, 10], { dtype: "float64" }));
    expect(gradOf(x)).toEqual([1, 10]);
    expect(x.grad?.dtype).toBe("float32");
  });

  test("a root without history is refused", () => {
    expect(() => tensor([1]).backward()).toThrow("does not require grad and does not have a grad_fn");
  });

  test("through what comes in steps is refused", () => {
    expect(() => floorDivide(leaf([5]), 2).backward()).toThrow("derivative for aten::floor_divide is not implemented");
  });

  test("reads options as they were", () => {
    const stride = [2, 2];
    const x = ones([1, 4, 4], { requiresGrad: true });
    const y = avgPool2d(x, 2, { stride }).sum();
    stride.fill(1);
    y.backward();
    expect(x.grad?.sum().item()).toBe(4);
  });

  test("several roots add up", () => {
    const a = leaf([1, 2]);
    const b = a.mul(2);
    backward([b, b.mul(3)], [ones(2), ones(2)]);
    expect(gradOf(a)).toEqual([8, 8]);
  });
});

describe("the flag", () => {
  test("is for floating tensors", () => {
    expect(() => tensor([1n], { requiresGrad: true })).toThrow(
      "only Tensors of floating point and complex dtype can require gradients",
    );
  });

  test("cannot be changed on results; the method form with true does nothing", () => {
    const y = leaf([1]).mul(2);
    expect(() => {
      y.requiresGrad = false;
    }).toThrow("you can only change requires_grad flags of leaf variables");
    expect(() => {
      y.requiresGrad = true;
    }).toThrow("you can only change requires_grad flags of leaf variables");
    expect(y.requiresGrad_(true)).toBe(y);
    expect(() => y.requiresGrad_(false)).toThrow("leaf variables");
  });

  test("leaves: made by users, by untracked operations and by detach; casts are not, except to the same dtype", () => {
    const x = leaf([1]);
    expect(x.isLeaf).toBe(true);
    expect(x.mul(2).isLeaf).toBe(false);
    expect(x.mul(2).detach().isLeaf).toBe(true);
    expect(tensor([1]).mul(2).isLeaf).toBe(true);
    expect(x.to("float64").isLeaf).toBe(false);
    expect(x.to("float32")).toBe(x);
  });

  test("spreads to results of floating dtype while recording", () => {
    const x = leaf([1, 2]);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(x.gt(1).requiresGrad).toBe(false);
    expect(x.argmax().requiresGrad).toBe(false);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
    expect(noGrad(() => zeros([2], { requiresGrad: true })).requiresGrad).toBe(true);
  });

  test("does not spread to indices beside the values", () => {
    const { values, indices } = leaf([[1, 3], [2, 0]]).max(1); // biome-ignore format: a matrix
    expect([values.requiresGrad, values.gradFn?.name]).toEqual([true, "MaxBackward0"]);
    expect([indices.requiresGrad, indices.isLeaf, indices.gradFn]).toEqual([false, true, null]);
  });

  test("untracked operations make no node", () => {
    expect(rand(2).add(rand(2)).gradFn).toBeNull();
  });
});

describe("grad", () => {
  test("accumulates in place: the same object grows", () => {
    const x = leaf([1, 2]);
    x.mul(2).sum().backward();
    const first = x.grad;
    x.mul(3).sum().backward();
    expect(x.grad).toBe(first);
    expect(gradOf(x)).toEqual([5, 5]);
  });

  test("lies as its tensor does, turned in a product or not", () => {
    const [a, b] = [ones([2, 3], { requiresGrad: true }), ones([4, 3], { requiresGrad: true })];
    const [first, second] = grad([a.mm(b.t()).sum()], [a, b]);
    expect([first!.stride(), second!.stride()]).toEqual([a.stride(), b.stride()]);
  });

  test("with createGraph it is replaced", () => {
    const x = leaf([1, 2]);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    x.mul(x).sum().backward(null, { createGraph: true });
    const first = x.grad;
    x.mul(x).sum().backward(null, { createGraph: true });
    expect(x.grad).not.toBe(first);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
    expect(gradOf(x)).toEqual([4, 8]);
    expect(first?.tolist()).toEqual([2, 4]); // whoever read it may keep it
    x.grad = null;
  });

  test("of a result is null, with a warning, unless it was asked for", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const x = leaf([1, 2]);
    const y = x.mul(2);
    expect(y.grad).toBeNull();
    expect(warn.mock.calls[0]?.[0]).toContain("is not a leaf Tensor is being accessed");
    warn.mockRestore();
    y.retainGrad();
    y.mul(y).sum().backward();
    expect(gradOf(y)).toEqual([4, 8]);
    expect(gradOf(x)).toEqual([8, 16]);
  });

  test("of a leaf that asks for it comes once", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3).sum();
    x.retainGrad();
    y.backward();
    expect(gradOf(x)).toEqual([3, 3]);
  });

  test("assigned, must fit", () => {
    const x = leaf([1, 2]);
    expect(() => {
      x.grad = ones(3);
    }).toThrow("attempting to assign a gradient of size");
    expect(() => {
      x.grad = ones([2], { dtype: "float64" });
    }).toThrow("attempting to assign a gradient with dtype");
    x.grad = ones(2);
    x.sum().backward();
    expect(gradOf(x)).toEqual([2, 2]);
  });

  test("stays null where nothing flows", () => {
    const [x, y] = [leaf([1]), leaf([2])];
    x.mul(2).backward();
    expect(y.grad).toBeNull();
  });

  test("is summed over what was broadcast or repeated", () => {
    const x = leaf([1, 2]);
    x.expand([3, 2]).sum().backward();
    expect(gradOf(x)).toEqual([3, 3]);
    const y = leaf([[1], [2]]);
    y.mul(ones(2, 4)).sum().backward();
    expect(gradOf(y)).toEqual([[4], [4]]);
  });

  test("has the dtype of the leaf, not of the result", () => {
    const x = leaf([1, 2]);
    x.mul(tensor([3, 4], { dtype: "float64" })).sum().backward(); // biome-ignore format: a chain
    expect([x.grad?.dtype, gradOf(x)]).toEqual(["float32", [3, 4]]);
  });

  test("of a transposed use lies as the leaf does", () => {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.t().matmul(ones(2, 2)).sum().backward();
    expect(x.grad?.stride()).toEqual([3, 1]);
  });

  test("is not shared between leaves that got the same one", () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    x.add(y).sum().backward();
    x.grad?.mul_(10);
    expect(gradOf(y)).toEqual([1, 1]);
    const given = ones(2);
    const z = leaf([1, 2]);
    z.add(0).backward(given);
    z.grad?.mul_(10);
    expect(given.tolist()).toEqual([1, 1]);
  });

  test("that goes two ways is not changed by what meets it on one of them", () => {
    const [x, y] = [leaf([1]), leaf([1])];
    const [p, q] = [x.mul(1), y.mul(1)];
    const m = p.mul(3); // older than the sum: its gradient comes second
    p.add(q).add(m).backward();
    expect([gradOf(x), gradOf(y)]).toEqual([[4], [1]]);
  });

  test("is not shared either by leaves that a formula gave one tensor", () => {
    const derivative = vi.spyOn(cat.entries![0]!, "derivative").mockImplementation(() => {
      const one = ones(2);
      return [[one, one]];
    });
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    cat([x, y]).sum().backward();
    derivative.mockRestore();
    x.grad?.mul_(10);
    expect([gradOf(x), gradOf(y)]).toEqual([[10, 10], [1, 1]]); // biome-ignore format: two lists
  });

  test("is another tensor than what was saved, when a formula hands that on", () => {
    const derivative = vi.spyOn(mul.entries![0]!, "derivative");
    derivative.mockImplementation((_, source) => [source.value(0) as Tensor, null]);
    const x = leaf([1, 2]);
    const y = tensor([3, 4]);
    x.mul(y).sum().backward();
    derivative.mockRestore();
    x.grad?.mul_(10);
    expect([gradOf(x), y.tolist()]).toEqual([[30, 40], [3, 4]]); // biome-ignore format: two lists
  });

  test("needs nothing of inputs that only gradients of others read", () => {
    const [x, a, b] = [leaf([1, 2]), tensor([3, 4]), tensor([5, 6])];
    const out = x.addcmul(a, b);
    expect([a, b].map(({ storage }) => storage.isSole)).toEqual([true, true]);
    for (let i = 0; i < 2; i++) out.backward(ones(2)); // nothing was freed
    expect(gradOf(x)).toEqual([2, 2]);
  });

  test("a diamond adds both ways", () => {
    const x = leaf([3]);
    const y = x.mul(2);
    y.mul(y).add(y).backward();
    expect(gradOf(x)).toEqual([26]);
  });
});

test("typed access to a tracked tensor is refused", () => {
  expect(() => leaf([1]).data()).toThrow("Can't call numpy() on Tensor that requires grad");
  expect(Array.from(leaf([1]).detach().data() as Float32Array)).toEqual([1]);
});

test("grad() of chosen inputs touches no grad", () => {
  const [x, y] = [leaf([2]), leaf([5])];
  const out = x.mul(x).mul(y);
  const [gx, gy] = grad(out, [x, y]) as [Tensor, Tensor];
  expect([gx.tolist(), gy.tolist(), x.grad]).toEqual([[20], [4], null]);
});

test("what nobody asked for is not computed", () => {
  const derivative = vi.spyOn(sub.entries![0]!, "derivative");
  const computed = (): readonly boolean[][] =>
    derivative.mock.results.map(({ value }) => (value as readonly unknown[]).map((flow) => flow !== null));
  const [x, y] = [leaf([1, 2]), leaf([3, 4])];
  const out = x.sub(y).sum();
  grad(out, [y], { retainGraph: true });
  expect(computed()).toEqual([[false, true]]);
  out.backward();
  expect(computed()).toEqual([[false, true], [true, true]]); // biome-ignore format: a list of calls
  derivative.mockRestore();
});

test("an input that is named twice gets its gradient twice", () => {
  const x = leaf([2]);
  expect(grad(x.mul(x), [x, x]).map((g) => g.tolist())).toEqual([[4], [4]]);
});

test("backward of chosen inputs fills only those", () => {
  const [x, y] = [leaf([2]), leaf([5])];
  x.mul(y).backward(null, { inputs: [y] });
  expect([x.grad, gradOf(y)]).toEqual([null, [2]]);
  expect(() => x.mul(y).backward(null, { inputs: [] })).toThrow("argument to `backward()` cannot be empty");
});

test("chosen inputs count once, and results among them keep their gradient", () => {
  const x = leaf([1, 2]);
  backward(x.mul(3).sum(), null, { inputs: [x, x] });
  const first = x.grad;
  backward(x.mul(3).sum(), null, { inputs: [x] });
  expect([x.grad === first, gradOf(x)]).toEqual([true, [6, 6]]);
  const h = x.mul(2);
  backward(h.mul(3).sum(), null, { inputs: [h], retainGraph: true });
  h.mul(5).sum().backward();
  expect([gradOf(h), gradOf(x)]).toEqual([[8, 8], [16, 16]]); // biome-ignore format: PyTorch's
});

test("there is a gradient for each output, or none at all", () => {
  const x = leaf([1, 2]);
  const outputs = [x.sum(), x.mul(3).sum()];
  expect(() => backward(outputs, [tensor(2)])).toThrow("backward: got 2 tensors and 1 gradients");
  expect(() => grad(outputs, [x], { gradOutputs: tensor(2) })).toThrow("grad: got 2 tensors and 1 gradients");
  expect(() => backward(outputs[0]!, [tensor(2), tensor(2)])).toThrow("backward: got 1 tensors and 2 gradients");
  expect(x.grad).toBeNull();
});

test("a gradient outlives the scope of its backward", () => {
  const x = leaf([1, 2]);
  scope(() => x.mul(3).sum().backward());
  expect(gradOf(x)).toEqual([3, 3]);
});

test("a gradient lies as its leaf does, in a storage of its own", () => {
  const [x, z] = [leaf([[1, 2], [3, 4]]), leaf([[5, 6]])]; // biome-ignore format: two matrices
  cat([x.t().mul(2), z])
    .sum()
    .backward();
  expect([x.grad?.stride(), x.grad?.storage.bytes, z.grad?.storage.bytes]).toEqual([[2, 1], 16, 8]);
});

test("a gradient requires none itself, unless it is recorded", () => {
  const x = leaf([1, 2]);
  const given = leaf([3, 4]);
  expect(grad(x.add(1), [x], { gradOutputs: given })[0].requiresGrad).toBe(false);
  expect(grad(x.add(1), [x], { gradOutputs: given, createGraph: true })[0].requiresGrad).toBe(true);
});

test("a list is tracked for any of its tensors", () => {
  const x = leaf([1, 2]);
  expect([cat([tensor([1]), x]), cat([x, tensor([1])])].map((out) => out.requiresGrad)).toEqual([true, true]);
});

test("a leaf that was used can stop requiring gradients", () => {
  const x = leaf([1, 2]);
  x.mul(2).sum().backward();
  x.requiresGrad = false;
  expect([x.requiresGrad, x.isLeaf, x.mul(2).requiresGrad]).toEqual([false, true, false]);
  expect(x.grad?.tolist()).toEqual([2, 2]);
});

test("a leaf that was frozen after its use gets no gradient", () => {
  const [x, y] = [leaf([1, 2]), leaf([3, 4])];
  const out = x.mul(y).sum();
  x.requiresGrad = false;
  out.backward();
  expect([x.grad, gradOf(y)]).toEqual([null, [1, 2]]); // PyTorch's
});

test("a leaf that was saved comes back as it is now", () => {
  const slope = (before: boolean): readonly [Tensor, Tensor] => {
    const [x, y] = [leaf([2]), tensor([5], { requiresGrad: before })];
    const out = x.mul(y);
    y.requiresGrad = !before;
    return [grad(out, [x], { createGraph: true })[0], y];
  };
  const [stopped] = slope(true);
  const [begun, y] = slope(false);
  expect([stopped.requiresGrad, begun.requiresGrad, grad(begun, [y])[0].tolist()]).toEqual([false, true, [1]]); // PyTorch's
});

test("a leaf that was saved comes back as one", () => {
  class Square extends AutogradFunction {
    static forward(ctx: Context, x: Tensor): Tensor {
      ctx.saveForBackward(x);
      return x.mul(x);
    }
    static backward(ctx: Context, grad: Tensor): Tensor {
      const [x] = ctx.savedTensors;
      expect([x!.isLeaf, x!.requiresGrad, x!.gradFn]).toEqual([true, true, null]);
      return grad.mul(x!).mul(2);
    }
  }
  const x = leaf([3]);
  (Square.apply(x) as Tensor).sum().backward();
  expect(x.grad?.tolist()).toEqual([6]);
});
