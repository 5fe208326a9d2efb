/** A file of the net, piece by piece, and what can go wrong on the way. */
import { ValueError } from "@ag/tensor/fn";

const SILENCE = 60_000;

/** What failed: no connection, an answer that is no success, silence, an early end, or other bytes than expected. */
export type DownloadFailure = "offline" | "status" | "timeout" | "truncated" | "hash";

/** A file that could not be had. Nothing of it is left behind. */
export class DownloadError extends Error {
  readonly failure: DownloadFailure;
  readonly url: string;
  /** The HTTP status, if that is what failed. */
  readonly status: number | undefined;

  constructor(message: string, { failure, url, status, cause }: DownloadDetails) {
    super(message, { cause });
    this.failure = failure;
    this.url = url;
    this.status = status;
  }

  override get name(): string {
    return "DownloadError";
  }
}

interface DownloadDetails {
  readonly failure: DownloadFailure;
  readonly url: string;
  readonly status?: number;
  readonly cause?: unknown;
}

export interface DownloadOptions {
  /** Digits that the file's SHA-256 must begin with, 8 or more. */
  readonly hashPrefix?: string | undefined;
  /** Told the bytes so far, and the total if the server says it. */
  readonly progress?: ((received: number, total: number | undefined) => void) | undefined;
  /** Ends the download; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which the download fails; 60 000 by default, 0 for never. */
  readonly timeout?: number | undefined;
}

/** Aborts after some time of silence, or when the caller's own signal does. */
class Watch {
  readonly signal: AbortSignal;
  readonly silence: number;
  isExpired = false;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ timeout = SILENCE, signal }: DownloadOptions) {
    this.silence = timeout;
    this.signal = AbortSignal.any(signal ? [this.#controller.signal, signal] : [this.#controller.signal]);
  }

  start(): void {
    this.stop();
    if (this.silence <= 0) return;
    this.#timer = setTimeout(() => {
      this.isExpired = true;
      this.#controller.abort();
    }, this.silence);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** What a failed request or read means. */
  failure(cause: unknown, url: string, received: number | null): unknown {
    if (cause instanceof DownloadError) return cause;
    const fail = (failure: DownloadFailure, text: string): DownloadError =>
      new DownloadError(`download: ${text}`, { failure, url, cause });
    if (this.isExpired) return fail("timeout", `need a byte within ${this.silence} ms; got none from "${url}".`);
    if (this.signal.aborted) return this.signal.reason;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const why = inner instanceof Error ? inner.message || inner.name : String(inner);
    if (received !== null) return fail("truncated", `need all of "${url}"; got ${received} bytes (${why}). Try again.`);
    return fail("offline", `need a connection to "${url}"; got none (${why}). Are you offline?`);
  }
}

export interface Chunk {
  readonly bytes: Uint8Array;
  readonly received: number;
  readonly total: number | undefined;
}

/** The length of the body, if it is sent as it is. */
function totalOf({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? undefined : Number(length);
}

/** The file, piece by piece. Throws {@link DownloadError}, or the reason of the caller's signal. */
export async function* chunksOf(url: string, options: DownloadOptions): AsyncGenerator<Chunk, void, undefined> {
  const watch = new Watch(options);
  let received: number | null = null;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    watch.start();
    const response = await fetch(url, { signal: watch.signal });
    reader = response.body?.getReader();
    if (!response.ok)
      throw new DownloadError(
        `download: need the file "${url}"; got HTTP ${response.status} ${response.statusText}`.trim(),
        { failure: "status", url, status: response.status },
      );
    const total = totalOf(response);
    received = 0;
    for (let next = await reader?.read(); next?.value; watch.start(), next = await reader?.read()) {
      watch.stop(); // what the receiver does with the bytes may take its time
      received += next.value.length;
      yield { bytes: next.value, received, total };
    }
    if (total !== undefined && received !== total) throw new Error(`${total} were promised`);
  } catch (cause) {
    throw watch.failure(cause, url, received);
  } finally {
    watch.stop();
    await reader?.cancel().catch(() => undefined);
  }
}

/** Throws unless a SHA-256 begins as expected. */
export function checkDigest(digest: string, prefix: string | undefined, url: string): void {
  if (prefix !== undefined && !digest.startsWith(prefix))
    throw new DownloadError(`download: invalid hash value (expected "${prefix}", got "${digest}") of "${url}".`, {
      failure: "hash",
      url,
    });
}

/** The digits, if they are enough to tell files apart. */
export function checkedPrefix(prefix: string | undefined): string | undefined {
  if (prefix !== undefined && !/^[0-9a-f]{8,64}$/.test(prefix))
    throw new ValueError(`download: need 8 to 64 digits of a SHA-256; got "${prefix}".`);
  return prefix;
}
