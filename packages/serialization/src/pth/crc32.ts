/** CRC-32 of ZIP (reflected polynomial 0xEDB88320), 16 bytes a step: "slicing", Kounavis and Berry 2005. */

const SLICES = 16;

/** tables[256·s + b] is the CRC of byte b followed by s zero bytes. */
const tables: Int32Array = new Int32Array(SLICES * 256);
for (let b = 0; b < 256; b++) {
  let crc = b;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  tables[b] = crc;
}
for (let i = 256; i < SLICES * 256; i++) {
  const before = tables[i - 256]!;
  tables[i] = (before >>> 8) ^ tables[before & 0xff]!;
}

/** The four table entries of one little-endian word whose last byte has `slice` bytes behind it in the step. */
function folded(word: number, slice: number): number {
  return (
    tables[(slice + 3) * 256 + (word & 0xff)]! ^
    tables[(slice + 2) * 256 + ((word >>> 8) & 0xff)]! ^
    tables[(slice + 1) * 256 + ((word >>> 16) & 0xff)]! ^
    tables[slice * 256 + (word >>> 24)]!
  );
}

function bytewise(crc: number, bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[i]!) & 0xff]!;
  return crc;
}

/** The checksum as an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array): number {
  const aligned = Math.min(bytes.length, -bytes.byteOffset & 3);
  const steps = Math.floor((bytes.length - aligned) / SLICES);
  const words = new Int32Array(bytes.buffer, steps && bytes.byteOffset + aligned, steps * 4);
  let crc = bytewise(-1, bytes, 0, aligned);
  for (let i = 0; i < words.length; i += 4)
    crc = folded(words[i]! ^ crc, 12) ^ folded(words[i + 1]!, 8) ^ folded(words[i + 2]!, 4) ^ folded(words[i + 3]!, 0);
  return ~bytewise(crc, bytes, aligned + steps * SLICES, bytes.length) >>> 0;
}
