/** Which operation made a NaN, or failed, in the backward? In anomaly mode every node is watched. */
import { GradError, type Tensor } from "@ag/tensor/fn";
import { aFlag, aFunction, check, type Synchronous, signatureOf } from "@ag/tensor/internal";
import { type AnomalyOptions, anomalyNow, entered, setUsualAnomaly } from "./mode.ts";
import type { Node } from "./node.ts";
import { linesOf } from "./traces.ts";

type Flows = readonly (Tensor | null)[];

/** Where a node comes from, for messages. */
export function whereMade(node: Node): string {
  const path = node.call?.path;
  const lines = linesOf(node);
  return `${path ? ` in ${path}` : ""}${lines ? `, by the forward call at${lines}` : ""}`;
}

const hasNaN = (x: Tensor): boolean =>
  x.isFloatingPoint() && Array.from<number | bigint>(x.detach().data()).some(Number.isNaN);

/** Runs a node, and says where it was made when it fails or gives NaN. */
export function watched(node: Node, run: () => Flows): Flows {
  let flows: Flows;
  try {
    flows = run();
  } catch (error) {
    if (error instanceof Error && linesOf(node) !== "")
      Reflect.set(error, "message", `${error.message}\nRaised by ${node.name}${whereMade(node)}`); // some cannot be changed
    throw error;
  }
  const at = anomalyNow()!.checkNan === false ? -1 : flows.findIndex((flow) => flow !== null && hasNaN(flow));
  if (at < 0) return flows;
  throw new GradError(
    `Function '${node.name}' returned nan values in its ${at}th output: need a gradient without. It was recorded${whereMade(node) || " before anomaly mode was on"}.`,
  );
}

/** {@link detectAnomaly}: for a callback, or to the end of a block. */
export interface DetectAnomaly {
  (options?: AnomalyOptions): Disposable;
  <T>(body: () => Synchronous<T>, options?: AnomalyOptions): T;
}

/**
 * Looks for the operation that goes wrong: inside, every operation notes the line that called it, and the path of the module
 * it ran in; a backward that gives NaN throws {@link GradError} with the first node that did, and errors of nodes, such as
 * those of saved tensors that were written to, name these lines. Both the forward and the backward belong inside. It is
 * slow: for hunting only.
 *
 * ```ts doctest
 * const x = tensor([0], { requiresGrad: true });
 * detectAnomaly(() => x.div(x).mul(0).sum().backward()) // => throws "Function 'DivBackward0' returned nan values"
 * ```
 */
export const detectAnomaly: DetectAnomaly = /* @__PURE__ */ detecting();

function detecting(): DetectAnomaly {
  const name = "detectAnomaly";
  const options = { checkNan: aFlag };
  const [withBody, alone] = [
    signatureOf(name, { body: aFunction, "options?": options }),
    signatureOf(name, { "options?": options }),
  ];
  return (<T>(...args: readonly [body?: (() => T) | AnomalyOptions, options?: AnomalyOptions]) => {
    const hasBody = typeof args[0] === "function" || args.length > 1;
    check(hasBody ? withBody : alone, args);
    const anomaly = (hasBody ? args[1] : (args[0] as AnomalyOptions)) ?? {};
    return entered(name, { anomaly }, hasBody ? [args[0] as () => T] : []);
  }) as DetectAnomaly;
}

/**
 * {@link detectAnomaly} from now on, or no more.
 *
 * ```ts doctest
 * setDetectAnomaly(true);
 * const x = tensor([-1], { requiresGrad: true });
 * x.sqrt().sum().backward() // => throws "Function 'SqrtBackward0' returned nan values in its 0th output"
 * setDetectAnomaly(false);
 * ```
 */
export function setDetectAnomaly(on: boolean, options: AnomalyOptions = {}): void {
  check(signatureOf("setDetectAnomaly", { on: aFlag, "options?": { checkNan: aFlag } }), [on, options]);
  setUsualAnomaly(on ? options : null);
}
