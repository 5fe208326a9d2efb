import { crc32 } from "#src/pth/crc32";

/** An entry as it is to be written; what differs from an honest one is said by the test. */
export interface ZipEntry {
  readonly name: string;
  readonly content?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly packed?: number;
  readonly crc?: number;
  readonly at?: number;
  readonly localName?: string;
}

const text = new TextEncoder();
const u16 = (x: number): number[] => [x & 255, (x >>> 8) & 255];
const u32 = (x: number): number[] => [...u16(x & 0xffff), ...u16(x >>> 16)];
const u64 = (x: number): number[] => [...u32(x >>> 0), ...u32(Math.floor(x / 0x100000000))];

export interface ZipOptions {
  /** Puts all sizes and offsets into ZIP64 fields. */
  readonly zip64?: boolean;
  readonly count?: number;
  readonly directoryAt?: number;
}

/** The bytes of a ZIP archive, honest or not. */
export function zip(entries: readonly ZipEntry[], options: ZipOptions = {}): Uint8Array<ArrayBuffer> {
  const { zip64 = false } = options;
  const out: number[] = [];
  const directory: number[] = [];
  for (const { name, content = new Uint8Array(), method = 0, flags = 0, ...said } of entries) {
    const { size = content.length, packed = content.length, crc = crc32(content), at = out.length } = said;
    const local = text.encode(said.localName ?? name);
    const own = text.encode(name);
    out.push(...u32(0x04034b50), ...u16(45), ...u16(flags), ...u16(method), ...u32(0), ...u32(crc), ...u32(packed));
    out.push(...u32(size), ...u16(local.length), ...u16(0), ...local, ...content);
    const extra = zip64
      ? [...u16(7), ...u16(1), 0, ...u16(1), ...u16(24), ...u64(size), ...u64(packed), ...u64(at)]
      : [];
    const [shownPacked, shownSize, shownAt] = zip64 ? [0xffffffff, 0xffffffff, 0xffffffff] : [packed, size, at];
    directory.push(...u32(0x02014b50), ...u16(45), ...u16(45), ...u16(flags), ...u16(method), ...u32(0), ...u32(crc));
    directory.push(...u32(shownPacked), ...u32(shownSize), ...u16(own.length), ...u16(extra.length), ...u16(0));
    directory.push(...u16(0), ...u16(0), ...u32(0), ...u32(shownAt), ...own, ...extra);
  }
  const { count = entries.length, directoryAt = out.length } = options;
  out.push(...directory);
  const end = out.length;
  if (zip64) {
    out.push(
      ...u32(0x06064b50),
      ...u64(44),
      ...u16(45),
      ...u16(45),
      ...u32(0),
      ...u32(0),
      ...u64(count),
      ...u64(count),
    );
    out.push(...u64(directory.length), ...u64(directoryAt), ...u32(0x07064b50), ...u32(0), ...u64(end), ...u32(1));
  }
  const [shownCount, shownSize, shownAt] = zip64
    ? [0xffff, 0xffffffff, 0xffffffff]
    : [count, directory.length, directoryAt];
  out.push(...u32(0x06054b50), ...u16(0), ...u16(0), ...u16(shownCount), ...u16(shownCount));
  out.push(...u32(shownSize), ...u32(shownAt), ...u16(0));
  return Uint8Array.from(out);
}
