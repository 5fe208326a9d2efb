import {
  AutogradFunction,
  backward,
  type Context,
  enableGrad,
  grad,
  graphOf,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setGradEnabled,
  toDot,
} from "@ag/autograd";
import { GradError, ones, type Tensor, tensor, ValueError } from "@ag/tensor";
import { describe, expect, test, vi } from "vitest";

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test("modes nest, and end with their callback, also with an error", () => {
  expect(noGrad(() => [isGradEnabled(), enableGrad(isGradEnabled), isGradEnabled()])).toEqual([false, true, false]);
  const fail = (): never => {
    throw new Error("mine");
  };
  expect(() => noGrad(fail)).toThrow("mine");
  expect(isGradEnabled()).toBe(true);
});

test("a guard lasts to the end of its block", () => {
  {
    using _ = noGrad();
    expect(isGradEnabled()).toBe(false);
  }
  expect(isGradEnabled()).toBe(true);
});

test("setGradEnabled is either, as its argument says", () => {
  const flags = (): boolean[] => [true, false].map((on) => setGradEnabled(on, isGradEnabled));
  expect([flags(), noGrad(flags), enableGrad(flags)]).toEqual([[true, false], [true, false], [true, false]]); // biome-ignore format: rows
  {
    using _ = setGradEnabled(false);
    expect([isGradEnabled(), tensor([1], { requiresGrad: true }).mul(2).requiresGrad]).toEqual([false, false]);
    using __ = setGradEnabled(true);
    expect(isGradEnabled()).toBe(true);
  }
  expect(isGradEnabled()).toBe(true);
  for (const wrong of [[], [1], ["on"], [undefined], [() => 1]])
    expect(() => setGradEnabled(...(wrong as unknown as [boolean]))).toThrow("'on'");
  for (const wrong of [undefined, null, 1]) {
    expect(() => setGradEnabled(false, wrong as never)).toThrow("'body'");
    expect(() => noGrad(wrong as never)).toThrow("'body'");
  }
  expect(() => noGrad(...([() => 1, 2] as unknown as [() => number]))).toThrow("takes 1 positional argument");
  expect(isGradEnabled()).toBe(true);
});

describe("what goes on after the callback is refused", () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is meant
  const thenable = Object.defineProperty({}, "then", { value: () => expect.fail("called") });
  test.each<[kind: string, body: () => unknown]>([
    ["a promise", async () => Promise.reject(new Error("nobody hears of this"))],
    ["a promise", () => new (class Own extends Promise<never> {})((_, reject) => reject(new Error("nor of this")))],
    ["a thenable", () => thenable],
    ["a generator", function* () {}],
    ["an async generator", async function* () {}],
    ["an iterator", () => Object.defineProperty({}, Symbol.toStringTag, { value: "Iterator Helper" })],
  ])("%s", async (kind, body) => {
    for (const [name, mode] of [
      ["noGrad", noGrad],
      ["enableGrad", enableGrad],
      ["setGradEnabled", (f: typeof body) => setGradEnabled(false, f)],
    ] as const) {
      expect(() => mode(body as () => never)).toThrow(GradError);
      expect(() => mode(body as () => never)).toThrow(
        `${name}: need a synchronous callback; got one that returns ${kind}: `,
      );
      expect(isGradEnabled()).toBe(true);
    }
    await nextTask();
  });
});

describe("a guard that is left open", () => {
  const late =
    "need a guard that ends before the next await, and in the callback in which it began; got one still open";

  test("ends at an await, and throws when it is disposed, once", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const [ended, open] = [enableGrad(), setGradEnabled(false)];
    ended[Symbol.dispose]();
    await Promise.resolve();
    expect(warn).toHaveBeenCalledOnce(); // of the one that is open
    expect(() => open[Symbol.dispose]()).toThrow(`setGradEnabled: ${late}`);
    for (const [name, mode] of [
      ["noGrad", noGrad],
      ["enableGrad", enableGrad],
      ["setGradEnabled", () => setGradEnabled(false)],
    ] as const) {
      const left = mode();
      await Promise.resolve();
      expect(isGradEnabled()).toBe(true);
      expect(() => left[Symbol.dispose]()).toThrow(`${name}: ${late}`);
      left[Symbol.dispose]();
      expect(warn).toHaveBeenCalledWith(expect.stringContaining(`UserWarning: ${name}: ${late}`));
    }
    const misused = async (): Promise<void> => {
      using _ = noGrad();
      await Promise.resolve();
    };
    await expect(misused()).rejects.toThrow(GradError);
    warn.mockRestore();
  });

  test("leaves recording as it was, in any overlap of async functions", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const seen: boolean[] = [];
    const held = async (mode: () => Disposable, ticks: number): Promise<string> => {
      const guard = mode();
      for (let i = 0; i < ticks; i++) await Promise.resolve();
      seen.push(isGradEnabled());
      const inner = noGrad();
      seen.push(!isGradEnabled());
      inner[Symbol.dispose]();
      try {
        guard[Symbol.dispose]();
        return "silent";
      } catch (error) {
        return (error as Error).name;
      }
    };
    const modes = [noGrad, enableGrad, () => setGradEnabled(false)];
    const all = [1, 2, 3, 1, 2, 3, 1, 1].map((ticks, i) => held(modes[i % 3]!, ticks));
    expect(await Promise.all(all)).toEqual(all.map(() => "GradError"));
    expect(seen).toEqual(seen.map(() => true));
    expect(isGradEnabled()).toBe(true);
    vi.restoreAllMocks();
  });

  test("ends with the callback in which it began, and with what the engine calls", () => {
    const left: Disposable[] = [];
    const leave = (): void => {
      left.push(noGrad(), enableGrad());
    };
    noGrad(() => {
      leave();
      expect(isGradEnabled()).toBe(true);
      enableGrad(leave);
      expect(isGradEnabled()).toBe(true);
      left.push(noGrad());
      expect(() => enableGrad(() => expect.fail(`mine ${String(leave())}`))).toThrow("mine");
      expect(isGradEnabled()).toBe(false);
    });
    expect(isGradEnabled()).toBe(true);
    expect(left).toHaveLength(7);
    for (const one of left) expect(() => one[Symbol.dispose]()).toThrow(late);
  });

  test("in a custom function leaves the pass alone", () => {
    const left: Disposable[] = [];
    const seen: boolean[] = [];
    class Leaving extends AutogradFunction {
      static forward(_: Context, x: Tensor): Tensor {
        left.push(enableGrad());
        return x.mul(2);
      }
      static backward(_: Context, grad: Tensor): Tensor {
        seen.push(isGradEnabled());
        left.push(noGrad(), enableGrad(), isGradEnabled() ? noGrad() : enableGrad());
        return grad.mul(2);
      }
    }
    const x = tensor([1], { requiresGrad: true });
    const y = Leaving.apply(Leaving.apply(x.mul(1)).mul(1));
    expect(isGradEnabled()).toBe(true);
    expect(grad(y, [x], { retainGraph: true })[0]!.requiresGrad).toBe(false);
    y.backward(null, { retainGraph: true });
    grad(y, [x], { createGraph: true });
    expect(seen).toEqual([false, false, false, false, true, true]);
    expect(isGradEnabled()).toBe(true);
    expect(left).toHaveLength(20);
    for (const one of left) expect(() => one[Symbol.dispose]()).toThrow(late);
    class Async extends AutogradFunction {
      static forward = ((_: Context, x: Tensor) => x) as never;
      static backward = (async () => Promise.reject(new Error("nobody hears of this"))) as never;
    }
    expect(() => (Async.apply(x as never) as Tensor).backward()).toThrow("returns a promise");
  });

  test("by a generator ends when that does, or with what had it", () => {
    function* steps(): Generator<number> {
      using _ = noGrad();
      yield 1;
      yield 2;
    }
    for (const _ of steps()) expect(isGradEnabled()).toBe(false);
    for (const _ of steps()) break;
    expect(isGradEnabled()).toBe(true);
    const [one, other] = [steps(), steps()];
    one.next();
    enableGrad(() => other.next());
    expect(isGradEnabled()).toBe(false);
    one.return(0);
    expect(isGradEnabled()).toBe(true);
    expect(() => other.return(0)).toThrow(late);
  });
});

describe("modes in any order", () => {
  /** What began, was not ended, and what it sets: a list, as slow as it is plain. */
  type Model = { on: boolean; isOpen: boolean }[];
  const expected = (model: Model): boolean => model.findLast(({ isOpen }) => isOpen)?.on ?? true;

  test.each(Array.from({ length: 300 }, (_, seed) => seed))("program %i", (seed) => {
    let state = seed * 7919 + 1;
    const below = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const model: Model = [];
    const guards: { guard: Disposable; entry: Model[number]; isDisposed: boolean }[] = [];
    const run = (depth: number): void => {
      for (let steps = below(6); steps >= 0; steps--) {
        const on = below(2) === 1;
        const choice = below(depth < 4 ? 5 : 3);
        if (choice < 2) {
          const entry = { on, isOpen: true };
          model.push(entry);
          guards.push({ guard: setGradEnabled(on), entry, isDisposed: false });
        } else if (choice === 2) {
          const one = guards[below(guards.length)];
          if (!one) continue;
          const isLate = !one.entry.isOpen && !one.isDisposed;
          if (isLate) expect(() => one.guard[Symbol.dispose]()).toThrow(GradError);
          else one.guard[Symbol.dispose]();
          one.entry.isOpen = false;
          one.isDisposed = true;
        } else {
          const entry = { on, isOpen: true };
          const at = model.push(entry) - 1;
          const fails = choice === 4;
          const body = (): void => {
            run(depth + 1);
            if (fails) throw new Error("mine");
          };
          if (fails) expect(() => (on ? enableGrad : noGrad)(body)).toThrow("mine");
          else (on ? enableGrad : noGrad)(body);
          for (const inner of model.slice(at)) inner.isOpen = false;
        }
        expect(isGradEnabled()).toBe(expected(model));
      }
    };
    noGrad(() => {
      model.push({ on: false, isOpen: true });
      run(0);
    });
    expect(isGradEnabled()).toBe(true);
  });
});

test("arguments of another kind", () => {
  const x = tensor([1], { requiresGrad: true });
  expect(() => noGrad("x" as never)).toThrow("'body'");
  expect(() => backward(1 as never)).toThrow(ValueError);
  expect(() => backward(x.mul(2), null, { retainGraph: "no" as never })).toThrow("'retainGraph'");
  expect(() => backward(x.mul(2), [1 as never])).toThrow("'gradient'");
  expect(() => grad(x.mul(2), 1 as never)).toThrow("'inputs'");
  expect(() => grad(x.mul(2), [x], { allowUnused: 1 as never })).toThrow("'allowUnused'");
  expect(() => grad(x.mul(2), [x], { gradOutputs: 1 as never })).toThrow("'gradOutputs'");
  expect(() => graphOf(1 as never)).toThrow("'root'");
  expect(() => graphOf(ones(1))).toThrow("got one without history");
  expect(() => toDot({} as never)).toThrow("'graph'");
});

test("a mode of another kind that a callback leaves open ends with it", () => {
  noGrad(() => void inferenceMode());
  expect([isInferenceModeEnabled(), isGradEnabled(), ones(1).isInference()]).toEqual([false, true, false]);
});
