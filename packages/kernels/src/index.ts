export * as cpu from "./cpu/index.ts";
export type { Algebra, Formula } from "./cpu/pointwise/algebra.ts";
export * as formulas from "./cpu/pointwise/formulas.ts";
export { hugeRest } from "./cpu/pointwise/huge.ts";
export { scalar } from "./cpu/pointwise/scalar.ts";
export { copyState, type RandomState, random32, random64, seedState } from "./cpu/random/state.ts";
export type { Rule } from "./cpu/update/kernel.ts";
export type * from "./device.ts";
export {
  allDtypes,
  type Computed,
  type DType,
  type DTypeOf,
  dtypes,
  type Facts,
  factsOf,
  isFloating,
  isStorageOnly,
  itemSize,
  rangeOf,
} from "./dtype.ts";
export {
  DeviceError,
  DisposedError,
  ElementError,
  ONE_COPY,
  OutOfMemoryError,
  OverrunError,
  WorkerLostError,
} from "./errors.ts";
export { checkMemory, debugMemory, liveBlocks } from "./memory/heap/debug.ts";
export { limitMemory, memoryReport } from "./memory/heap/heap.ts";
export type { MemoryReport } from "./memory/report.ts";
export { allocate, DeviceStorage, disposed, Storage } from "./memory/storage.ts";
export { numerics } from "./numerics.ts";
export { getNumThreads, type StartOptions, setNumThreads, startThreads } from "./threads/threads.ts";
export { version } from "./version.ts";
export { isContiguous, sizeOf, type View } from "./view.ts";
