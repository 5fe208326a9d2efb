/** Order of execution. */
import type { Tensor } from "@ag/tensor";
import { define, grad, isGradEnabled } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

/** A copy whose backward says its name. */
const tell = (log: unknown[], name: string): ((...args: unknown[]) => Tensor) =>
  define(
    (_, x) => x.mul(1),
    (_, g) => {
      log.push(name);
      return g;
    },
  );

const pythonTell = `
def tell(log, name):
    return define(lambda ctx, x: x * 1, lambda ctx, g: log.append(name) or g)
`;

export const engine: readonly Behaviour[] = [
  row(
    "the youngest node runs first among those that are ready",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const [a, b, c] = [tell(log, "a")(x), tell(log, "b")(x), tell(log, "c")(x)];
      c.add(a).add(b).backward();
      return log;
    },
    `${pythonTell}
log, x = [], leaf([1])
a, b, c = tell(log, "a")(x), tell(log, "b")(x), tell(log, "c")(x)
(c + a + b).backward()
return log`,
  ),
  row(
    "a node waits for all that it gets",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const h = tell(log, "h")(x);
      const long = tell(log, "2")(tell(log, "1")(h));
      tell(log, "short")(h).add(long).backward();
      return [log, x.grad];
    },
    `${pythonTell}
log, x = [], leaf([1])
h = tell(log, "h")(x)
long = tell(log, "2")(tell(log, "1")(h))
(tell(log, "short")(h) + long).backward()
return [log, x.grad]`,
  ),
  row(
    "leaves are filled as soon as their gradient is whole",
    () => {
      const log: unknown[] = [];
      const [x, y] = [leaf([1]), leaf([2])];
      const see = define(
        (_, a, b) => a.add(b),
        (_, g) => {
          log.push([x.grad !== null, y.grad !== null]);
          return [g, g];
        },
      );
      see(see(x, plain([1])), see(y, y)).backward();
      return [log, y.grad];
    },
    `
    log = []
    x, y = leaf([1]), leaf([2])
    def backward(ctx, g):
        log.append([x.grad is not None, y.grad is not None])
        return g, g
    see = define(lambda ctx, a, b: a + b, backward)
    see(see(x, plain([1])), see(y, y)).backward()
    return [log, y.grad]`,
  ),
  row(
    "nodes on no way to the wanted inputs do not run",
    () => {
      const log: unknown[] = [];
      const [x, y] = [leaf([1]), leaf([2])];
      const z = tell(log, "x")(x).mul(tell(log, "y")(y));
      grad(z, x);
      return log;
    },
    `${pythonTell}
log, x, y = [], leaf([1]), leaf([2])
z = tell(log, "x")(x) * tell(log, "y")(y)
grad(z, x)
return log`,
  ),
  row(
    "a wanted result's own node does not run",
    () => {
      const log: unknown[] = [];
      const h = tell(log, "h")(leaf([1]));
      const [g] = grad(tell(log, "z")(h).mul(3), h);
      return [log, g];
    },
    `${pythonTell}
log = []
h = tell(log, "h")(leaf([1]))
g, = grad(tell(log, "z")(h) * 3, h)
return [log, g]`,
  ),
  row(
    "a node whose results got no gradient does run when it is asked with zeros",
    () => {
      const seen: unknown[] = [];
      const two = define(
        (_, x) => [x.mul(1), x.mul(2)],
        (_, a, b) => {
          seen.push([a!, b!]);
          return a!.add(b!);
        },
      );
      const x = leaf([1, 2]);
      two(x)[1]!.sum().backward();
      return [seen, x.grad];
    },
    `
    seen = []
    two = define(lambda ctx, x: (x * 1, x * 2), lambda ctx, a, b: seen.append([a, b]) or a + b)
    x = leaf([1, 2])
    two(x)[1].sum().backward()
    return [seen, x.grad]`,
  ),
  row(
    "a backward records only when it is asked to",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => {
          seen.push([isGradEnabled(), g.mul(2).requiresGrad]);
          return g;
        },
      );
      const x = leaf([1]);
      grad(f(x), x);
      grad(f(x), x, { createGraph: true });
      return seen;
    },
    `
    seen = []
    f = define(lambda ctx, x: x * 1, lambda ctx, g: seen.append([torch.is_grad_enabled(), (g * 2).requires_grad]) or g)
    x = leaf([1])
    grad(f(x), x)
    grad(f(x), x, create_graph=True)
    return seen`,
  ),
  row(
    "an error in a backward goes through as it was thrown",
    () => {
      const f = define(
        (_, x) => x.mul(1),
        () => {
          throw new RangeError("my own words");
        },
      );
      const y = f(leaf([1]));
      return [refused("my own words", () => y.backward()), isGradEnabled()];
    },
    `
    def fail(ctx, g): raise ValueError("my own words")
    y = define(lambda ctx, x: x * 1, fail)(leaf([1]))
    return [refused("my own words", lambda: y.backward()), torch.is_grad_enabled()]`,
  ),
];
