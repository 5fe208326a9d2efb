export * as cpu from "./cpu/index.ts";
export type { Algebra, Formula } from "./cpu/pointwise/algebra.ts";
export * as formulas from "./cpu/pointwise/formulas.ts";
export { copyState, type RandomState, random32, random64, seedState } from "./cpu/random/state.ts";
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
} from "./dtype.ts";
export { DisposedError, IndexError, ONE_COPY, OutOfMemoryError, OverrunError, WorkerLostError } from "./errors.ts";
export { checkMemory, debugMemory, liveBlocks } from "./memory/heap/debug.ts";
export { pool } from "./memory/heap/heap.ts";
export type { MemoryReport } from "./memory/report.ts";
export { allocate, disposed, Storage } from "./memory/storage.ts";
export { numerics } from "./numerics.ts";
export { getNumThreads, type StartOptions, setNumThreads, startThreads } from "./threads/threads.ts";
export { version } from "./version.ts";
export { isContiguous, sizeOf, type View } from "./view.ts";
export { address } from "./wasm/runtime.ts";
