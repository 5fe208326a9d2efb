/** Where bytes come from and go to: the file system in Node, `fetch` everywhere. */
import { OutOfMemoryError, ValueError } from "@ag/tensor/fn";
import { bad, show } from "../errors.ts";

/** A path (in a browser: a URL relative to the page), a URL, or the bytes themselves. */
export type Source = string | URL | Uint8Array | ArrayBuffer | Blob;

/** Looks at the first bytes of a source and its size; throws on what need not be read any further. */
export type Check = (head: Uint8Array, size: number) => void;

/** What is needed of an open file of Node. */
export interface OpenFile {
  stat(): Promise<{ readonly size: number }>;
  read(into: Uint8Array, at: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

const HEAD = 512;
const PIECE = 2 ** 30; // one read of 2 GiB or more aborts Node

/** Node's own modules are not imported, so that bundles for browsers need no replacement for them. */
const inNode = (): boolean => typeof process !== "undefined" && process.getBuiltinModule !== undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Memory for `what`; throws {@link OutOfMemoryError} where there is none. */
export function room(size: number, op: string, what: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const got = `none (${messageOf(cause)})`;
    throw new OutOfMemoryError(`${op}: need ${size} bytes of memory for ${what}; got ${got}.`, { cause });
  }
}

/** All bytes of an open file, in few and large reads: `readFile` would ask 90 times for the weights of resnet18. */
export async function readAll(file: OpenFile, name: string, check: Check): Promise<Uint8Array> {
  const { size } = await file.stat();
  const fill = async (bytes: Uint8Array, from: number): Promise<Uint8Array> => {
    for (let at = from; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, PIECE), at);
      if (bytesRead === 0) throw bad(`${size} bytes of "${name}"`, `${at}. It is being changed`);
      at += bytesRead;
    }
    return bytes;
  };
  const head = await fill(new Uint8Array(Math.min(size, HEAD)), 0);
  check(head, size);
  const bytes = room(size, "load", `"${name}"`);
  bytes.set(head);
  return fill(bytes, head.length);
}

async function readFile(path: string | URL, check: Check): Promise<Uint8Array> {
  const fs = process.getBuiltinModule("node:fs/promises");
  const unreadable = (cause: unknown): never => {
    throw new Error(`load: need a readable file; got "${path}" (${messageOf(cause)}).`, { cause });
  };
  const stat = await fs.stat(path).catch(unreadable);
  if (!stat.isFile())
    // a pipe is not even opened: that would wait for a writer
    throw new Error(`load: need a file; got "${path}", ${stat.isDirectory() ? "a folder" : "a device or a pipe"}.`);
  const file = await fs.open(path).catch(unreadable);
  try {
    return await readAll(file, String(path), check);
  } finally {
    await file.close();
  }
}

async function fetched(url: string | URL): Promise<Uint8Array> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`load: need a readable URL; got "${url}" (${messageOf(cause)}).`, { cause });
  });
  if (!response.ok) throw new Error(`load: need a readable URL; got "${url}" (HTTP ${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}

async function bytesIn(source: Exclude<Source, string | URL>): Promise<Uint8Array> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    if (source.byteLength === 0) return new Uint8Array(); // its memory may be given away
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
    const { buffer, byteOffset, length } = source;
    // No Buffer of Node, whose slices are no copies; and no shared memory, which decoders refuse.
    return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(source);
  }
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  throw new ValueError(`load: need a path, a URL, a Uint8Array, an ArrayBuffer or a Blob; got ${show(source)}.`);
}

/** All bytes of a source; a large file is read only after its head has passed the check. */
export async function bytesFrom(source: Source, check: Check): Promise<Uint8Array> {
  const isPath = typeof source === "string" || (source instanceof URL && source.protocol === "file:");
  if (inNode() && isPath) return readFile(source, check);
  const bytes = await (typeof source === "string" || source instanceof URL ? fetched(source) : bytesIn(source));
  check(bytes.subarray(0, HEAD), bytes.length);
  return bytes;
}

/**
 * Writes a file, whole or not at all: under a name of its own beside the place, then moved there. A link is followed,
 * the mode of a file that is there is kept, and to a device or a pipe the bytes go directly.
 */
export async function writeFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  if (!inNode())
    throw new Error(
      "saveSafetensors: need a file system for a path; got a browser. Call it without: it gives the bytes.",
    );
  try {
    await replaceFile(path, bytes);
  } catch (cause) {
    throw new Error(`saveSafetensors: need a place to write to; got "${path}" (${messageOf(cause)}).`, { cause });
  }
}

async function replaceFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  const fs = process.getBuiltinModule("node:fs/promises");
  const paths = process.getBuiltinModule("node:path");
  const given = path instanceof URL ? process.getBuiltinModule("node:url").fileURLToPath(path) : path;
  const target = await fs.realpath(given).catch(() => given);
  const old = await fs.stat(target).catch(() => null);
  if (old !== null && !old.isFile()) return fs.writeFile(target, bytes);
  const partial = paths.join(paths.dirname(target), `${crypto.randomUUID()}.partial`);
  try {
    await fs.writeFile(partial, bytes, { flag: "wx", mode: old?.mode }); // never another's file
    await fs.rename(partial, target);
  } catch (error) {
    await fs.rm(partial, { force: true });
    throw error;
  }
}
