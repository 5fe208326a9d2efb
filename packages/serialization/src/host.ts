/** Where bytes come from and go to: the file system in Node, `fetch` everywhere. */
import { FormatError } from "./errors.ts";

/** A path (in a browser: a URL relative to the page), a URL, or the bytes themselves. */
export type Source = string | URL | Uint8Array | ArrayBuffer | Blob;

type FileSystem = typeof import("node:fs/promises");

/** Node's file system; undefined elsewhere. Not imported, so that bundles for browsers need no replacement for it. */
function fileSystem(): FileSystem | undefined {
  return typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:fs/promises");
}

async function readFile(fs: FileSystem, path: string | URL): Promise<Uint8Array> {
  const file = await fs.open(path).catch((error: unknown) => {
    const got = error instanceof Error ? error.message : String(error);
    throw new Error(`load: need a readable file; got "${path}" (${got}).`, { cause: error });
  });
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, size - at, at); // in one piece: readFile would ask 90 times
      if (bytesRead === 0)
        throw new FormatError(`load: need ${size} bytes of "${path}"; got ${at}. It is being changed.`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function fetched(url: string | URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`load: need a readable URL; got "${url}" (HTTP ${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}

/** All bytes of a source. */
export async function bytesFrom(source: Source): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  // Decoders refuse shared memory.
  if (source instanceof Uint8Array) return source.buffer instanceof ArrayBuffer ? source : source.slice();
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const fs = fileSystem();
  const isFile = source instanceof URL ? source.protocol === "file:" : true;
  return fs !== undefined && isFile ? readFile(fs, source) : fetched(source);
}

/** Writes a file, whole or not at all. */
export async function writeFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  const fs = fileSystem();
  if (fs === undefined)
    throw new Error(
      "saveSafetensors: need a file system for a path; got a browser. Call it without: it gives the bytes.",
    );
  const file = path instanceof URL ? path : path.toString();
  const partial = file instanceof URL ? new URL(`${file.href}.partial`) : `${file}.partial`;
  try {
    await fs.writeFile(partial, bytes);
    await fs.rename(partial, file);
  } finally {
    await fs.rm(partial, { force: true });
  }
}
