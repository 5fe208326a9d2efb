/**
 * A second device: plain loops over numbers, no WebAssembly, slow. It shows that a device can be chosen, and says what
 * faster ones have to compute. Every kernel reads its operands whole before it writes: overlaps cannot matter.
 */
import type { Device, Kernels } from "@ag/kernels";
import { registerDevice } from "@ag/tensor/internal";
import * as convolution from "./convolution.ts";
import * as copy from "./copy.ts";
import * as gather from "./gather.ts";
import * as lines from "./lines.ts";
import { matmul } from "./matmul.ts";
import { ReferenceStorage } from "./memory.ts";
import * as norm from "./norm.ts";
import { check, pointwise } from "./pointwise.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import * as softmax from "./softmax.ts";
import { update } from "./update.ts";
import * as window from "./window.ts";

export { ReferenceStorage } from "./memory.ts";

export const kernels: Kernels = {
  ...{ pointwise, check, reduce, matmul, random, update },
  ...copy,
  ...lines,
  ...softmax,
  ...convolution,
  ...window,
  ...norm,
  ...gather,
};

/** For the option `device`. */
export const reference: Device = registerDevice({
  name: "reference",
  allocate: (bytes, label) => new ReferenceStorage(reference, bytes, label),
  ...kernels,
});
