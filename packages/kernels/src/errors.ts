/** The memory limit is reached. The message lists the largest live storages by the operation that made them. */
export class OutOfMemoryError extends Error {
  override get name(): string {
    return "OutOfMemoryError";
  }
}

/** A tensor is used after `dispose()` gave its memory back. */
export class DisposedError extends Error {
  override get name(): string {
    return "DisposedError";
  }
}

/** An index lies outside of its dimension. Nothing has been written. */
export class IndexError extends Error {
  override get name(): string {
    return "IndexError";
  }
}
