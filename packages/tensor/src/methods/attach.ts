import { announce } from "../core/foreign.ts";
import { Tensor } from "../core/tensor.ts";
import * as families from "../ops/all.ts";

type TensorFunction = ((x: Tensor, ...rest: unknown[]) => unknown) & {
  readonly inPlace?: TensorFunction;
  readonly method?: TensorFunction | null;
};

function attach(name: string, fn: TensorFunction): void {
  const method = {
    [name](this: Tensor, ...rest: unknown[]): unknown {
      return fn(this, ...rest);
    },
  };
  Object.defineProperty(Tensor.prototype, name, { value: method[name], writable: true, configurable: true });
}

for (const [name, fn] of Object.entries(families) as [string, TensorFunction][]) {
  if (fn.method === null) continue;
  attach(name, fn.method ?? fn);
  if (fn.inPlace && !fn.method) attach(`${name}_`, fn.inPlace);
}

/** From now on a name that is missing is undefined, as in any object. */
Object.setPrototypeOf(Tensor.prototype, Object.prototype);
announce(false);

/** Node's console shows a tensor as PyTorch prints it. */
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor): string {
    return this.toString();
  },
});
