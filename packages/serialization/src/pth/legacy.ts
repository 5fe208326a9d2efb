/**
 * `.pth` files before PyTorch 1.6: pickles of a magic number, the protocol version, facts about the system, the object
 * and the list of its storage keys; then the storages in that order, each behind its element count.
 */

import { Reader } from "../bytes/reader.ts";
import { bytesOf, noTensors, realTensors, shared, storageId } from "../bytes/surroundings.ts";
import { bad, FormatError, show } from "../errors.ts";
import { isSize, StorageRef, type StoredBytes } from "./storage.ts";
import { unpickle } from "./unpickler.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** Whether the bytes begin with a pickle. */
export const isPickle = (bytes: Uint8Array): boolean => bytes[0] === 0x80;

/** Nothing but plain values: no storage, no tensor. */
function plain(reader: Reader): unknown {
  const storage = (): never => {
    throw bad("a file of torch.save", "a tensor before its place");
  };
  return unpickle(reader, { ...noTensors, storage });
}

/** A piece of a storage, which only old files have: a key, and offset and length in elements. */
function piece(stored: StoredBytes, [view = null]: readonly unknown[]): StorageRef {
  if (view === null) return new StorageRef(stored, 0, stored.length);
  const [, offset, length] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isSize(offset) || !isSize(length) || offset + length > stored.length)
    throw bad(`a piece within storage "${stored.key}"`, `one beyond its ${stored.length} elements`);
  return new StorageRef(stored, offset, length);
}

/** Fills in the bytes of all storages, which lie behind the pickles. */
function readStorages(reader: Reader, known: ReadonlyMap<string, StoredBytes>): void {
  const keys = plain(reader);
  if (!Array.isArray(keys)) throw bad("the list of storage keys", "something else");
  for (const key of keys as unknown[]) {
    const stored = typeof key === "string" ? known.get(key) : undefined;
    if (stored === undefined || stored.bytes !== null) throw bad("the keys of the storages, each once", `${show(key)}`);
    const length = reader.u64();
    if (length !== stored.length) throw bad(`${stored.length} elements for storage "${stored.key}"`, `${length}`);
    stored.bytes = reader.take(bytesOf(stored));
  }
  for (const { key, bytes } of known.values())
    if (bytes === null) throw bad("the bytes of every storage", `none for "${key}"`);
}

/** What `torch.save` of that time has put into the file. */
export function loadLegacy(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  if (plain(reader) !== MAGIC)
    throw new FormatError("load: Invalid magic number: need a file of torch.save; got another pickle.");
  const protocol = plain(reader);
  if (protocol !== PROTOCOL)
    throw new FormatError(`load: Invalid protocol version: need ${PROTOCOL}; got ${show(protocol)}.`);
  plain(reader);
  const known = new Map<string, StoredBytes>();
  const storage = (id: readonly unknown[]): StorageRef => {
    const { stored, rest } = storageId(id);
    return piece(shared(known, stored), rest);
  };
  const { at } = reader;
  unpickle(reader, { ...noTensors, storage }); // to learn which storages there are, and where they begin
  readStorages(reader, known);
  return unpickle(new Reader(bytes, at), { ...realTensors, storage });
}
