/** Anomaly mode. */
import { define, detectAnomaly, grad, isGradEnabled, setDetectAnomaly } from "./api.ts";
import { type Behaviour, leaf, onlyHere, plain, refused, row } from "./table.ts";

export const anomaly: readonly Behaviour[] = [
  row(
    "a gradient that is NaN is refused, with the node that made it",
    () =>
      detectAnomaly(() => {
        const x = leaf([0]);
        return refused("'SqrtBackward0' returned nan values in its 0th output", () => x.sqrt().mul(0).backward());
      }),
    `
    with detect_anomaly():
        x = leaf([0])
        return refused("'SqrtBackward0' returned nan values in its 0th output", lambda: (x.sqrt() * 0).backward())`,
  ),
  row(
    "which of a node's gradients it is",
    () =>
      detectAnomaly(() => {
        const y = leaf([-2]).pow(leaf([3]));
        return refused("'PowBackward1' returned nan values in its 1th output", () => y.backward());
      }),
    `
    with detect_anomaly():
        y = leaf([-2]).pow(leaf([3]))
        return refused("'PowBackward1' returned nan values in its 1th output", lambda: y.backward())`,
  ),
  row(
    "without it a NaN is a gradient as any other",
    () => {
      const x = leaf([0]);
      x.sqrt().mul(0).backward();
      return x.grad;
    },
    `
    x = leaf([0])
    (x.sqrt() * 0).backward()
    return x.grad`,
  ),
  row(
    "checkNan: false looks at none",
    () =>
      detectAnomaly(
        () => {
          const x = leaf([0]);
          x.sqrt().mul(0).backward();
          return x.grad;
        },
        { checkNan: false },
      ),
    `
    with detect_anomaly(check_nan=False):
        x = leaf([0])
        (x.sqrt() * 0).backward()
        return x.grad`,
  ),
  row(
    "a custom function is named",
    () =>
      detectAnomaly(() => {
        const f = define(
          (_, x) => x.mul(1),
          (_, g) => g.mul(Number.NaN),
        );
        return refused("'FBackward' returned nan values in its 0th output", () => f(leaf([1])).backward());
      }),
    `
    with detect_anomaly():
        f = define(lambda ctx, x: x * 1, lambda ctx, g: g * math.nan)
        return refused("'FBackward' returned nan values in its 0th output", lambda: f(leaf([1])).backward())`,
  ),
  row(
    "infinity is no NaN",
    () =>
      detectAnomaly(() => {
        const x = leaf([0]);
        x.sqrt().backward();
        return x.grad;
      }),
    `
    with detect_anomaly():
        x = leaf([0])
        x.sqrt().backward()
        return x.grad`,
  ),
  row(
    "a NaN that comes from outside is noticed at the first node that gives it",
    () =>
      detectAnomaly(() =>
        refused("'MulBackward0' returned nan values", () =>
          leaf([1])
            .mul(2)
            .backward(plain([Number.NaN])),
        ),
      ),
    `
    with detect_anomaly():
        return refused("'MulBackward0' returned nan values", lambda: (leaf([1]) * 2).backward(plain([math.nan])))`,
  ),
  row(
    "the mode of the pass counts, not that of the forward",
    () => {
      const x = leaf([0]);
      const y = x.sqrt().mul(0);
      const z = detectAnomaly(() => x.sqrt().mul(0));
      z.backward();
      return [x.grad, detectAnomaly(() => refused("returned nan values", () => y.backward()))];
    },
    `
    x = leaf([0])
    y = x.sqrt() * 0
    with detect_anomaly(): z = x.sqrt() * 0
    z.backward()
    with detect_anomaly(): return [x.grad, refused("returned nan values", lambda: y.backward())]`,
  ),
  row(
    "setDetectAnomaly switches it on and off",
    () => {
      const run = (): string | null => refused("returned nan values", () => leaf([0]).sqrt().mul(0).backward());
      setDetectAnomaly(true);
      const on = run();
      setDetectAnomaly(false);
      return [on, run()];
    },
    `
    run = lambda: refused("returned nan values", lambda: (leaf([0]).sqrt() * 0).backward())
    set_detect_anomaly(True)
    on = run()
    set_detect_anomaly(False)
    return [on, run()]`,
  ),
  row(
    "anomaly mode ends with an error of its block, and the tape goes on",
    () => {
      const first = refused("mine", () =>
        detectAnomaly(() => {
          throw new Error("mine");
        }),
      );
      const x = leaf([0]);
      x.sqrt().mul(0).backward();
      return [first, isGradEnabled(), x.grad];
    },
    `
    def fail():
        with detect_anomaly(): raise ValueError("mine")
    first = refused("mine", fail)
    x = leaf([0])
    (x.sqrt() * 0).backward()
    return [first, torch.is_grad_enabled(), x.grad]`,
  ),
  row(
    "a NaN in a second derivative",
    () =>
      detectAnomaly(() => {
        const x = leaf([0]);
        const [g] = grad(x.pow(1.5), x, { createGraph: true });
        return refused("returned nan values", () => g!.mul(0).backward());
      }),
    `
    with detect_anomaly():
        x = leaf([0])
        g, = grad(x.pow(1.5), x, create_graph=True)
        return refused("returned nan values", lambda: (g * 0).backward())`,
  ),
  row(
    "a node remembers where it was made, in its metadata",
    () => detectAnomaly(() => typeof leaf([1]).exp().gradFn!.metadata.traceback_ !== "undefined"),
    `
    with detect_anomaly(): return "traceback_" in leaf([1]).exp().grad_fn.metadata`,
  ),
  row(
    "the error shows the line that recorded the node",
    () =>
      detectAnomaly(() => {
        const y = leaf([0]).sqrt().mul(0);
        return refused("anomaly.ts", () => y.backward());
      }),
    onlyHere("anomaly.ts"),
  ),
];
