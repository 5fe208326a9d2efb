/** The memory limit is reached. The message lists the largest live storages by the operation that made them. */
export class OutOfMemoryError extends Error {
  override get name(): string {
    return "OutOfMemoryError";
  }
}

/** A kernel wrote beyond the memory of its result: found while `debugMemory` is on. */
export class OverrunError extends Error {
  override get name(): string {
    return "OverrunError";
  }
}

/** A tensor is used after `dispose()` gave its memory back. */
export class DisposedError extends Error {
  override get name(): string {
    return "DisposedError";
  }
}

/** Operands on several devices, or a device that nobody made known. */
export class DeviceError extends Error {
  override get name(): string {
    return "DeviceError";
  }
}

/** A kernel refuses an element: an index outside of its dimension, or what a check is about. Nothing has been written. */
export class ElementError extends Error {
  /** Where it is, counted in row-major order; what is repeated (stride 0) in an index counts once. */
  readonly position: number;
  readonly value: number | bigint;
  constructor(message: string, position: number, value: number | bigint) {
    super(message);
    this.position = position;
    this.value = value;
  }
  override get name(): string {
    return "ElementError";
  }
}

/** A thread ended, or stopped, in the midst of an operation. Its result is not complete; later operations are right. */
export class WorkerLostError extends Error {
  /** Numbers of the lost threads. */
  readonly threads: readonly number[];
  constructor(message: string, threads: readonly number[]) {
    super(message);
    this.threads = threads;
  }
  override get name(): string {
    return "WorkerLostError";
  }
}

/** What to do about two copies. */
export const ONE_COPY =
  "tensors do not mix. Have one version installed (npm ls @ag/tensor); where a test runner resets modules, import and make " +
  "everything anew.";
