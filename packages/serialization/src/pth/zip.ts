/**
 * ZIP archives (APPNOTE 6.3), read through their central directory, with ZIP64. Stored entries are not copied.
 *
 * An archive is refused unless it is what an honest writer makes: entries that lie within the file and apart from each
 * other, one of each name, local headers that say what the directory says, correct checksums, sizes as declared.
 */

import { Reader } from "../bytes/reader.ts";
import { bad } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const END_SIZE = 22;
const LOCATOR64_SIZE = 20;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;
const MAX16 = 0xffff;
const MAX32 = 0xffffffff;

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly at: number;
  /** Where the records behind the directory begin. */
  readonly end: number;
}

/** Names only find entries, and old archivers write them in any encoding. */
const names: TextDecoder = new TextDecoder();

/** The last record, which is followed by nothing but its own comment. */
function endRecordAt(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = Math.max(0, bytes.length - END_SIZE - MAX16);
  for (let at = bytes.length - END_SIZE; at >= first; at--)
    if (view.getUint32(at, true) === END && at + END_SIZE + view.getUint16(at + 20, true) === bytes.length) return at;
  throw bad("a ZIP archive with its end record", `${bytes.length} bytes without. The file is truncated`);
}

/** The ZIP64 end record, if a locator before the end record points at one. */
function directory64(bytes: Uint8Array, endAt: number): Directory | null {
  const locatorAt = endAt - LOCATOR64_SIZE;
  if (locatorAt < 0) return null;
  const locator = new Reader(bytes, locatorAt);
  if (locator.u32() !== LOCATOR64) return null;
  locator.take(4);
  const end = locator.u64();
  const record = new Reader(bytes, end);
  if (end > locatorAt || record.u32() !== END64)
    throw bad("a ZIP64 end record where its locator points", `none at ${end}`);
  record.take(8 + 2 + 2 + 4 + 4 + 8);
  return { count: record.u64(), size: record.u64(), at: record.u64(), end };
}

function directoryOf(bytes: Uint8Array): Directory {
  const endAt = endRecordAt(bytes);
  const record = new Reader(bytes, endAt + 4);
  const disks = [record.u16(), record.u16()];
  record.take(2);
  const plain: Directory = { count: record.u16(), size: record.u32(), at: record.u32(), end: endAt };
  const is64 = plain.count === MAX16 || plain.size === MAX32 || plain.at === MAX32;
  const directory = (is64 ? directory64(bytes, endAt) : null) ?? plain;
  if (disks.some((disk) => disk !== 0 && disk !== MAX16))
    throw bad("a ZIP archive in one piece", "one of several disks");
  const { at, size, end, count } = directory;
  if (at + size > end || count * CENTRAL_SIZE > size)
    throw bad("a ZIP directory within the file", `${count} entries in ${size} bytes at ${at} of ${bytes.length}`);
  return directory;
}

/** Replaces the sizes that do not fit 32 bits by those of the ZIP64 field. */
function widened(entry: Entry, extra: Reader): Entry {
  let { size, packed, at } = entry;
  if (size !== MAX32 && packed !== MAX32 && at !== MAX32) return entry;
  while (extra.at + 4 <= extra.bytes.length) {
    const id = extra.u16();
    const field = new Reader(extra.take(extra.u16()));
    if (id !== 1) continue;
    if (size === MAX32) size = field.u64();
    if (packed === MAX32) packed = field.u64();
    if (at === MAX32) at = field.u64();
    return { ...entry, size, packed, at };
  }
  return entry;
}

function centralEntry(record: Reader): Entry {
  if (record.u32() !== CENTRAL) throw bad("an entry of the ZIP directory", `something else at byte ${record.at - 4}`);
  record.take(4);
  const [flags, method] = [record.u16(), record.u16()];
  record.take(4);
  const [crc, packed, size] = [record.u32(), record.u32(), record.u32()];
  const [nameLength, extraLength, commentLength] = [record.u16(), record.u16(), record.u16()];
  record.take(8);
  const at = record.u32();
  const name = names.decode(record.take(nameLength));
  const extra = new Reader(record.take(extraLength));
  record.take(commentLength);
  const entry = widened({ name, flags, method, crc, packed, size, at }, extra);
  if (flags & 1) throw bad("entries in the clear", `"${name}", which is encrypted`);
  if (method !== STORED && method !== DEFLATED)
    throw bad("stored or deflated entries", `"${name}" by method ${method}`);
  if (method === STORED && entry.packed !== entry.size)
    throw bad("a stored entry of one size", `"${name}" of ${entry.packed} and ${entry.size} bytes`);
  return entry;
}

/** The packed bytes of an entry, after its local header has been compared with the directory. */
function packedBytes(bytes: Uint8Array, entry: Entry, limit: number): Uint8Array {
  const { name, at, packed, method } = entry;
  if (at + LOCAL_SIZE > limit) throw bad("entries before the ZIP directory", `"${name}" at byte ${at} of ${limit}`);
  const header = new Reader(bytes, at);
  const signature = header.u32();
  header.take(4);
  const localMethod = header.u16();
  header.take(16);
  const [nameLength, extraLength] = [header.u16(), header.u16()];
  if (signature !== LOCAL || localMethod !== method || names.decode(header.take(nameLength)) !== name)
    throw bad(`a local header of "${name}" at byte ${at}`, "another");
  header.take(extraLength);
  if (header.at + packed > limit)
    throw bad("entries before the ZIP directory", `"${name}" of ${packed} bytes at byte ${header.at} of ${limit}`);
  return header.take(packed);
}

function checkApart(
  bytes: Uint8Array,
  entries: readonly { readonly entry: Entry; readonly packed: Uint8Array }[],
): void {
  const ranges = entries.map(({ entry, packed }) => {
    const end = packed.byteOffset - bytes.byteOffset + packed.length;
    return { name: entry.name, at: entry.at, end };
  });
  ranges.sort((a, b) => a.at - b.at);
  for (let i = 1; i < ranges.length; i++)
    if (ranges[i]!.at < ranges[i - 1]!.end)
      throw bad("entries apart from each other", `"${ranges[i - 1]!.name}" and "${ranges[i]!.name}", which overlap`);
}

/** Whether the bytes begin as a ZIP archive does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

/**
 * All files of an archive by name. Stored files are views on `bytes`.
 * `limitOf` says to how many bytes an entry of a name and a packed size may grow.
 * A checksum of 0 stands for "not computed", as `torch.serialization.set_crc32_options(False)` writes it.
 * Throws {@link FormatError} on whatever is not as it should be.
 */
export async function readZip(
  bytes: Uint8Array,
  limitOf: (name: string, packed: number) => number = () => Number.POSITIVE_INFINITY,
): Promise<Map<string, Uint8Array>> {
  const directory = directoryOf(bytes);
  const record = new Reader(bytes.subarray(0, directory.at + directory.size), directory.at);
  const entries = Array.from({ length: directory.count }, () => {
    const entry = centralEntry(record);
    return { entry, packed: packedBytes(bytes, entry, directory.at) };
  });
  checkApart(bytes, entries);
  const files = new Map<string, Uint8Array>();
  let budget = 2 ** 26 + 32 * bytes.length; // what all deflated entries may grow to
  for (const { entry, packed } of entries) {
    const { name, method, size, crc } = entry;
    if (files.has(name)) throw bad("one entry of each name", `two of "${name}"`);
    const limit = limitOf(name, packed.length);
    if (size > limit) throw bad(`up to ${limit} bytes in "${name}" of ${packed.length} packed bytes`, String(size));
    if (method === DEFLATED) budget -= size;
    if (budget < 0)
      throw bad("deflated entries of reasonable size", `${bytes.length} bytes that grow beyond the limit at "${name}"`);
    const content = method === STORED ? packed : await inflate(packed, size, name);
    if (crc !== 0 && crc32(content) !== crc) throw bad(`the bytes of "${name}" to match their checksum`, "others");
    files.set(name, content);
  }
  return files;
}
