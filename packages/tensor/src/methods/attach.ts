import { announce } from "../core/foreign.ts";
import { Tensor } from "../core/tensor.ts";
import * as at from "../ops/index/at.ts";
import * as embedding from "../ops/index/embedding.ts";
import * as index from "../ops/index/gather.ts";
import * as mask from "../ops/index/mask.ts";
import * as matmul from "../ops/linalg/matmul.ts";
import * as mm from "../ops/linalg/mm.ts";
import * as convolution from "../ops/nn/convolution.ts";
import * as crossentropy from "../ops/nn/crossentropy.ts";
import * as dropout from "../ops/nn/dropout.ts";
import * as loss from "../ops/nn/loss.ts";
import * as norm from "../ops/nn/norm.ts";
import * as pool from "../ops/nn/pool.ts";
import * as softmax from "../ops/nn/softmax.ts";
import * as activation from "../ops/pointwise/activation.ts";
import * as arithmetic from "../ops/pointwise/arithmetic.ts";
import * as bounds from "../ops/pointwise/bounds.ts";
import * as combine from "../ops/pointwise/combine.ts";
import * as compare from "../ops/pointwise/compare.ts";
import * as division from "../ops/pointwise/division.ts";
import * as functions from "../ops/pointwise/functions.ts";
import * as power from "../ops/pointwise/power.ts";
import * as extremes from "../ops/reduce/extremes.ts";
import * as statistics from "../ops/reduce/statistics.ts";
import * as reduce from "../ops/reduce/sums.ts";
import * as cast from "../ops/shape/cast.ts";
import * as join from "../ops/shape/join.ts";
import * as permute from "../ops/shape/permute.ts";
import * as repeat from "../ops/shape/repeat.ts";
import * as strided from "../ops/shape/strided.ts";
import * as view from "../ops/shape/view.ts";
import * as inplace from "../ops/write/inplace.ts";

type TensorFunction = ((x: Tensor, ...rest: unknown[]) => unknown) & { inPlace?: TensorFunction };

function attach(name: string, fn: TensorFunction): void {
  const method = {
    [name](this: Tensor, ...rest: unknown[]): unknown {
      return fn(this, ...rest);
    },
  };
  Object.defineProperty(Tensor.prototype, name, { value: method[name], writable: true, configurable: true });
}

const families = {
  ...activation,
  ...arithmetic,
  ...at,
  ...bounds,
  ...cast,
  ...combine,
  ...compare,
  ...convolution,
  ...crossentropy,
  ...division,
  ...dropout,
  ...embedding,
  ...extremes,
  ...functions,
  ...index,
  ...inplace,
  ...join,
  ...loss,
  ...mask,
  ...matmul,
  ...mm,
  ...norm,
  ...permute,
  ...pool,
  ...power,
  ...reduce,
  ...repeat,
  ...softmax,
  ...statistics,
  ...strided,
  ...view,
};
for (const [name, fn] of Object.entries(families) as [string, TensorFunction][]) {
  attach(name, fn);
  if (fn.inPlace) attach(`${name}_`, fn.inPlace);
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
