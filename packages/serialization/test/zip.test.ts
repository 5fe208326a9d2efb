import { FormatError } from "@ag/serialization";
import { describe, expect, test } from "vitest";
import { crc32 } from "#src/pth/crc32";
import { readZip } from "#src/pth/zip";
import { zip } from "./zip-writer.ts";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37) & 255);

async function deflated(content: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([content.slice()]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

test("the checksum is that of the standard, at every alignment and length", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  const slow = (data: Uint8Array): number => {
    let crc = -1;
    for (const byte of data) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
  const data = bytes(80);
  for (let from = 0; from < 6; from++)
    for (let to = from; to < data.length; to++) {
      const part = data.subarray(from, to);
      expect(crc32(part)).toBe(slow(part));
    }
});

test.each([false, true])("stored and deflated entries come out, with ZIP64 %s", async (zip64) => {
  const [a, b] = [bytes(100), new Uint8Array(5000).fill(7)];
  const packed = await deflated(b);
  const archive = zip(
    [
      { name: "x/a", content: a },
      { name: "x/b", content: packed, method: 8, size: b.length, crc: crc32(b) },
      { name: "x/ü" },
    ],
    { zip64 },
  );
  const files = await readZip(archive);
  expect([...files.keys()]).toEqual(["x/a", "x/b", "x/ü"]);
  expect(files.get("x/a")).toEqual(a);
  expect(files.get("x/a")!.buffer).toBe(archive.buffer);
  expect(files.get("x/b")).toEqual(b);
});

test("ZIP64 by the count of entries alone, and several disks", async () => {
  const archive = zip([{ name: "a", content: bytes(50) }], { zip64: true });
  const end = new DataView(archive.buffer, archive.length - 22);
  const record = new DataView(archive.buffer, archive.length - 22 - 20 - 56);
  for (const [to, from] of [[12, 40] as const, [16, 48] as const])
    end.setUint32(to, Number(record.getBigUint64(from, true)), true);
  expect((await readZip(archive)).get("a")).toEqual(bytes(50));
  end.setUint16(4, 1, true);
  await expect(readZip(archive)).rejects.toThrow(/disk/);
});

describe("refused", () => {
  const one = { name: "a", content: bytes(50) };
  test.each<[string, Uint8Array, RegExp]>([
    ["two of one name", zip([one, one]), /two of "a"/],
    ["entries that overlap", zip([one, { ...one, name: "a", at: 0 }]), /overlap/],
    ["a size beyond the file", zip([{ ...one, size: 5000, packed: 5000 }]), /before the ZIP directory/],
    [
      "a huge ZIP64 size",
      zip([{ ...one, size: 2 ** 52, packed: 2 ** 52 }], { zip64: true }),
      /before the ZIP directory/,
    ],
    ["a size beyond 2^53", zip([{ ...one, size: 2 ** 60, packed: 2 ** 60 }], { zip64: true }), /below 2\^53/],
    ["an offset beyond the file", zip([{ ...one, at: 1e6 }]), /before the ZIP directory/],
    ["an entry that reaches into the directory", zip([one, { name: "b", at: 112 - 29 }]), /before the ZIP directory/],
    ["an offset to something else", zip([one, { name: "b", at: 3 }]), /local header/],
    ["another name in the local header", zip([{ ...one, localName: "b" }]), /local header/],
    ["a wrong checksum", zip([{ ...one, crc: 1 }]), /checksum/],
    ["encryption", zip([{ ...one, flags: 1 }]), /encrypted/],
    ["an unknown method", zip([{ ...one, method: 12 }]), /method 12/],
    ["a stored entry of two sizes", zip([{ ...one, size: 51 }]), /one size/],
    ["more entries than fit", zip([one], { count: 60000 }), /directory within the file/],
    ["fewer entries than listed bytes", zip([one], { directoryAt: 3 }), /ZIP directory/],
    ["a directory beyond the file", zip([one], { directoryAt: 9999 }), /directory within the file/],
    ["damaged deflate data", zip([{ ...one, method: 8, size: 60 }]), /deflated data/],
  ])("%s", async (_, archive, message) => {
    const error: unknown = await readZip(archive).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(message);
  });

  test("a bomb: more bytes than declared, or absurdly many declared", async () => {
    const packed = await deflated(new Uint8Array(1e6));
    const bomb = (size: number): Uint8Array => zip([{ name: "a", content: packed, method: 8, size, crc: 0 }]);
    await expect(readZip(bomb(1000))).rejects.toThrow(/more bytes than declared/);
    await expect(readZip(bomb(2e6))).rejects.toThrow(/deflated data of 2000000 bytes for "a"; got 1000000 bytes/);
    await expect(readZip(bomb(4e9))).rejects.toThrow(/beyond the limit/);
  });
});
