/// <reference lib="esnext.disposable" />
import { keep, memory, OutOfMemoryError, scope, setMemoryLimit, type Tensor, tensor, zeros } from "@ag/tensor";
import { enter, leave } from "@ag/tensor/internal";
import { afterEach, describe, expect, test, vi } from "vitest";

const MIB = 2 ** 20;
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const isLive = (x: Tensor): boolean => {
  try {
    return x.tolist() !== undefined;
  } catch {
    return false;
  }
};

describe("a scope", () => {
  test("gives back all but what it returns, in lists, Maps and objects too", () => {
    const made: Tensor[] = [];
    const note = (x: Tensor): Tensor => {
      made.push(x);
      return x;
    };
    const result = scope(() => {
      const [a, b, c, d] = [1, 2, 3, 4].map((n) => note(tensor([n])));
      return { a, list: [b], map: new Map([["c", c]]), rest: d!.item() };
    });
    expect(made.map(isLive)).toEqual([true, true, true, false]);
    expect(result.rest).toBe(4);
  });

  test("keeps what was handed to keep, in the callback and by the block", () => {
    let [kept, other, lost]: Tensor[] = [];
    {
      using s = scope();
      kept = s.keep(tensor([1]));
      other = keep(tensor([2]));
      lost = tensor([3]);
    }
    expect([kept, other, lost].map(isLive)).toEqual([true, true, false]);
  });

  test("inside of another hands its results to that", () => {
    let inner: Tensor | undefined;
    const outer = scope(() => {
      inner = scope(() => tensor([1]).mul(2));
      return inner.add(1);
    });
    expect(isLive(inner!)).toBe(false);
    expect(outer.tolist()).toEqual([3]);
  });

  test("that fails gives back everything", () => {
    const { used } = memory();
    const fail = (): never => {
      zeros(1000);
      throw new Error("no");
    };
    expect(() => scope(fail)).toThrow("no");
    expect(memory().used).toBe(used);
  });

  test("views of what it gives back live on", () => {
    expect(scope(() => tensor([[1, 2], [3, 4]]).select(0, 1)).tolist()).toEqual([3, 4]); // biome-ignore format: a matrix
  });

  test("refuses a callback that goes on later, and gives back what it made", async () => {
    const fails = async (): Promise<never> => Promise.reject(new Error("nobody hears of this"));
    const called = vi.fn<() => void>();
    // biome-ignore lint/suspicious/noThenProperty: thenables are meant
    const [object, callable] = [{}, (): void => {}].map((x) => Object.defineProperty(x, "then", { value: called }));
    const generator = function* (): Generator {};
    const asyncGenerator = async function* (): AsyncGenerator {};
    for (const [kind, later] of [
      ["a promise", fails],
      ["a thenable", () => object],
      ["a thenable", () => callable],
      ["a generator", generator],
      ["an async generator", asyncGenerator],
    ] as const) {
      let made: Tensor | undefined;
      const body = (): never => {
        made = tensor([1]);
        return later() as never;
      };
      expect(() => scope(body)).toThrow(`scope: need a synchronous callback; got one that returns ${kind}: `);
      expect(isLive(made!)).toBe(false);
    }
    expect(scope(() => [1, 2].values()).next().value).toBe(1);
    await nextTask();
    expect(called).not.toHaveBeenCalled();
  });

  test("that spans an await ends there: what others make is theirs, and all stays", async () => {
    const made: Tensor[] = [];
    const step = async (): Promise<void> => {
      using s = scope();
      made.push(tensor([1]));
      await Promise.resolve();
      made.push(tensor([2]));
      expect(s.keep(made[0]!)).toBe(made[0]);
    };
    const steps = [step(), step()];
    made.push(tensor([3])); // while both wait
    {
      using _ = scope(); // of this job, in which it ends
      made.push(tensor([4]));
    }
    await Promise.all(steps);
    expect(made.map(isLive)).toEqual([true, true, true, false, true, true]);
    const next = enter();
    expect(next.outer).toBe(null); // whoever collected would hold for good what is made from now on
    leave(next, []);
  });

  test("that was left open in another ends with it", () => {
    const made: Tensor[] = [];
    let left: Disposable | undefined;
    const result = scope(() => {
      made.push(tensor([1]));
      left = scope();
      made.push(tensor([2]));
      return [tensor([3])];
    });
    made.push(tensor([4]), ...result);
    left![Symbol.dispose]();
    expect(made.map(isLive)).toEqual([false, false, true, true]);
    const alone = scope(() => {
      left = scope(); // nothing is made but inside of it
      return { x: tensor([5]) };
    });
    expect(isLive(alone.x)).toBe(true);
  });

  test("keeps the keys of Maps too, and ends when its result cannot be walked", () => {
    const [key, value] = [...scope(() => new Map([[tensor([1]), tensor([2])]]))][0]!;
    expect([key.tolist(), value.tolist()]).toEqual([[1], [2]]);
    let made: Tensor | undefined;
    const broken = (): object => {
      made = tensor([1]);
      return Object.defineProperty({}, "x", { enumerable: true, get: () => expect.fail("walked") });
    };
    expect(() => scope(broken)).toThrow("walked");
    expect(() => made!.tolist()).toThrow("disposed");
    const later = tensor([3]);
    scope(() => undefined);
    expect(later.tolist()).toEqual([3]);
  });

  test("may end before one that began later", () => {
    const [first, second] = [scope(), scope()];
    first[Symbol.dispose]();
    const x = tensor([1]);
    second[Symbol.dispose]();
    const y = tensor([2]);
    scope(() => tensor([3]));
    expect([x, y].map(isLive)).toEqual([false, true]);
  });

  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])(
    // biome-ignore format: a row
    "inside of others: they end in the order %i, %i, %i",
    (...order) => {
      const outer = scope();
      const scopes = [0, 1, 2].map(() => [scope(), tensor([1])] as const);
      for (const which of order) {
        scopes[which]![0][Symbol.dispose]();
        scopes[which]![0][Symbol.dispose]();
        expect(isLive(scopes[which]![1])).toBe(false);
      }
      const x = tensor([2]);
      outer[Symbol.dispose]();
      expect(isLive(x)).toBe(false);
      const y = tensor([3]);
      scope(() => undefined);
      expect(isLive(y)).toBe(true);
    },
  );

  test("hands its result to the innermost that is open", () => {
    const outer = scope();
    const middle = scope();
    const x = scope(() => {
      middle[Symbol.dispose]();
      return tensor([1]);
    });
    expect(isLive(x)).toBe(true);
    outer[Symbol.dispose]();
    expect(isLive(x)).toBe(false);
  });

  test("walks results of any depth, and around", () => {
    let chain: { readonly x: Tensor; next: unknown } = { x: tensor([0]), next: null };
    const last = chain;
    const result = scope(() => {
      for (let i = 0; i < 20_000; i++) chain = { x: i % 5000 ? last.x : tensor([i]), next: chain };
      last.next = chain;
      return { storage: "mine", chain, set: new Set([[tensor([1])]]), nothing: null };
    });
    let count = 0;
    for (let at = result.chain; at !== last; at = at.next as typeof chain) count += Number(isLive(at.x));
    expect(count).toBe(20_000);
    expect([...result.set].flat().map(isLive)).toEqual([true]);
  });

  test("takes a function or nothing, and keeps tensors only", () => {
    for (const wrong of [undefined, null, 1, {}, "x"])
      expect(() => scope(wrong as never)).toThrow("scope: need a function");
    for (const wrong of [undefined, null, 1, {}, { storage: {} }])
      expect(() => keep(wrong as never)).toThrow("keep: need a tensor");
  });

  test("does not look into numbers it returns", () => {
    const data = scope(() => zeros(3).data());
    expect([...data]).toEqual([0, 0, 0]);
  });
});

describe("limits", () => {
  afterEach(() => setMemoryLimit({ soft: 128 * MIB, hard: Infinity }));

  test("must be positive", () => {
    expect(() => setMemoryLimit({ soft: 0 })).toThrow(
      "setMemoryLimit: need a positive number of bytes for soft; got 0.",
    );
    expect(() => setMemoryLimit({ hard: Number.NaN })).toThrow("got NaN");
  });

  test("soft: what is not used moves out, and comes back", () => {
    setMemoryLimit({ soft: memory().heap + MIB });
    const { spills, pageIns } = memory();
    const all = Array.from({ length: 50 }, (_, i) => tensor(new Float32Array(50_000).fill(i)));
    expect(memory().spills).toBeGreaterThan(spills);
    expect(all.map((x) => x.max().item())).toEqual(all.map((_, i) => i));
    expect(memory().pageIns).toBeGreaterThan(pageIns);
    for (const x of all) x.dispose();
  });

  test("hard: the error names what is held, and nothing is lost", () => {
    setMemoryLimit({ hard: memory().heap + 8 * MIB });
    const x = zeros(MIB / 4).add(3);
    const large = tensor(new Float32Array(MIB));
    expect(() => large.expand(100, -1).mul(2)).toThrow(OutOfMemoryError);
    expect(() => large.expand(100, -1).mul(2)).toThrow(
      /^mul: need 400.0 MiB; got a heap of .* MiB that cannot grow\. .*\n {2}tensor: [4-9].* MiB in \d+ storages\n {2}add: 1.0 MiB/s,
    );
    expect(x.min().item()).toBe(3);
    expect(large.sum().item()).toBe(0);
  });

  test("hard: a loop may hold more than that, and goes on after what does not fit", () => {
    const hard = memory().heap + 8 * MIB;
    setMemoryLimit({ hard });
    const held = Array.from({ length: 40 }, (_, i) => zeros(MIB / 4).add(i));
    const whole = zeros(Math.floor(hard / 4 / 1.5)); // fits, but not twice
    expect(() => whole.mul(2)).toThrow(OutOfMemoryError);
    expect(held.map((x) => x.max().item())).toEqual(held.map((_, i) => i));
    expect(
      whole
        .narrow(0, 0, MIB / 4)
        .add(1)
        .min()
        .item(),
    ).toBe(1);
  });
});
