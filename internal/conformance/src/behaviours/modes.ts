/** Modes of recording. */
import { ones } from "@ag/tensor";
import { enableGrad, grad, isGradEnabled, noGrad, setGradEnabled } from "./api.ts";
import { type Behaviour, leaf, nodeName, onlyHere, plain, refused, row } from "./table.ts";

/** How many promises that fail nobody has looked after when `body` is over. */
async function neglected(body: () => unknown): Promise<number> {
  const others = process.listeners("unhandledRejection");
  let count = 0;
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => count++);
  body();
  await new Promise(setImmediate);
  process.removeAllListeners("unhandledRejection");
  for (const other of others) process.on("unhandledRejection", other);
  return count;
}

export const modes: readonly Behaviour[] = [
  row(
    "modes nest, and end with their block",
    () => {
      const seen = [isGradEnabled()];
      noGrad(() => {
        seen.push(isGradEnabled());
        enableGrad(() => {
          seen.push(isGradEnabled());
          noGrad(() => void seen.push(isGradEnabled()));
          seen.push(isGradEnabled());
        });
        seen.push(isGradEnabled());
      });
      return [...seen, isGradEnabled()];
    },
    `
    seen = [torch.is_grad_enabled()]
    with no_grad():
        seen.append(torch.is_grad_enabled())
        with enable_grad():
            seen.append(torch.is_grad_enabled())
            with no_grad(): seen.append(torch.is_grad_enabled())
            seen.append(torch.is_grad_enabled())
        seen.append(torch.is_grad_enabled())
    return seen + [torch.is_grad_enabled()]`,
  ),
  row(
    "a mode ends with an error of its block",
    () => {
      const first = refused("mine", () =>
        noGrad(() => {
          throw new Error("mine");
        }),
      );
      return [first, isGradEnabled()];
    },
    `
    def fail():
        with no_grad(): raise ValueError("mine")
    return [refused("mine", fail), torch.is_grad_enabled()]`,
  ),
  row(
    "setGradEnabled with a body, for both values",
    () => [true, false].map((on) => noGrad(() => setGradEnabled(on, () => leaf([1]).mul(2).requiresGrad))),
    `
    found = []
    for on in [True, False]:
        with no_grad():
            with set_grad_enabled(on): found.append((leaf([1]) * 2).requires_grad)
    return found`,
  ),
  row(
    "setGradEnabled as a guard",
    () => {
      const seen: unknown[] = [];
      {
        using _ = setGradEnabled(false);
        seen.push(isGradEnabled());
        {
          using _inner = setGradEnabled(true);
          seen.push(isGradEnabled());
        }
        seen.push(isGradEnabled());
      }
      return [...seen, isGradEnabled()];
    },
    `
    seen = []
    with set_grad_enabled(False):
        seen.append(torch.is_grad_enabled())
        with set_grad_enabled(True): seen.append(torch.is_grad_enabled())
        seen.append(torch.is_grad_enabled())
    return seen + [torch.is_grad_enabled()]`,
  ),
  row(
    "setGradEnabled takes a boolean alone",
    () => refused("", () => setGradEnabled(1 as never, () => 1)),
    `return refused("", lambda: set_grad_enabled("x"))`,
  ),
  row(
    "what is made under noGrad is a leaf without history",
    () => {
      const x = leaf([1]);
      const y = noGrad(() => x.mul(2));
      return [y.requiresGrad, y.isLeaf, nodeName(y), x.requiresGrad];
    },
    `
    x = leaf([1])
    with no_grad(): y = x * 2
    return [y.requires_grad, y.is_leaf, node_name(y), x.requires_grad]`,
  ),
  row(
    "a part of an expression under noGrad is a constant",
    () => {
      const x = leaf([3]);
      return grad(x.mul(noGrad(() => x.mul(x))), [x]);
    },
    `
    x = leaf([3])
    with no_grad(): c = x * x
    return grad(x * c, [x])`,
  ),
  row(
    "a view under noGrad of what requires grad requires it still",
    () => {
      const x = leaf([1, 2]);
      const v = noGrad(() => x.view(2, 1));
      return [v.requiresGrad, v.isLeaf, nodeName(v), noGrad(() => x.mul(1)).requiresGrad];
    },
    `
    x = leaf([1, 2])
    with no_grad(): v = x.view(2, 1); m = x * 1
    return [v.requires_grad, v.is_leaf, node_name(v), m.requires_grad]`,
  ),
  row(
    "a flag may be set under noGrad",
    () => noGrad(() => ones(1).requiresGrad_()).mul(2).requiresGrad,
    `
    with no_grad(): x = torch.ones(1).requires_grad_()
    return (x * 2).requires_grad`,
  ),
  row(
    "grad under noGrad with createGraph records",
    () => {
      const x = leaf([3]);
      const y = x.mul(x);
      const [g] = noGrad(() => grad(y, [x], { createGraph: true }));
      return [g!.requiresGrad, isGradEnabled()];
    },
    `
    x = leaf([3])
    y = x * x
    with no_grad(): g, = grad(y, [x], create_graph=True)
    return [g.requires_grad, torch.is_grad_enabled()]`,
  ),
  row(
    "a generator inside of a mode does not leak it",
    () => {
      const seen: unknown[] = [];
      function* steps(): Generator<number> {
        seen.push(isGradEnabled());
        yield 1;
        seen.push(isGradEnabled());
      }
      const run = steps();
      noGrad(() => run.next());
      run.next();
      return [seen, isGradEnabled()];
    },
    onlyHere([[false, true], true]),
  ),
  row(
    "a body that is a generator is refused: it would run later",
    () =>
      refused("noGrad", () =>
        noGrad(function* () {
          yield 1;
        } as never),
      ),
    onlyHere("noGrad"),
  ),
  row(
    "a body that gives a promise is refused, and its rejection is nobody's",
    async () => {
      let said: string | null = null;
      const count = await neglected(() => {
        said = refused("synchronous", () =>
          noGrad((async () => {
            throw new Error("late");
          }) as never),
        );
      });
      return [said, count];
    },
    onlyHere(["synchronous", 0]),
  ),
  row(
    "a body that gives a thenable is refused",
    () => {
      const key = "then";
      return refused("synchronous", () => noGrad((() => ({ [key]: () => {} })) as never));
    },
    onlyHere("synchronous"),
  ),
  row(
    "a guard that ends out of order leaves the mode of the outermost",
    () => {
      const first = noGrad();
      const second = enableGrad();
      first[Symbol.dispose]();
      second[Symbol.dispose]();
      return isGradEnabled();
    },
    onlyHere(true),
  ),
  row(
    "a guard that ends twice ends once",
    () => {
      const guard = noGrad();
      guard[Symbol.dispose]();
      const again = noGrad();
      guard[Symbol.dispose]();
      const seen = isGradEnabled();
      again[Symbol.dispose]();
      return [seen, isGradEnabled()];
    },
    onlyHere([false, true]),
  ),
  row(
    "a mode gives what its body gives",
    () => [noGrad(() => 3), enableGrad(() => "x"), setGradEnabled(true, () => plain([1]))],
    onlyHere([3, "x", [1]]),
  ),
];
