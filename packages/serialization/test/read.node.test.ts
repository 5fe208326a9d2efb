import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormatError, load, loadSafetensors } from "@ag/serialization";
import { OutOfMemoryError } from "@ag/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type OpenFile, readAll, room } from "#src/bytes/host";
import { zip } from "./zip-writer.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "serialization-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const readers = [
  ["load", load],
  ["loadSafetensors", loadSafetensors],
] as const;

/** An open file of any size that costs nothing; keeps what was asked of it. */
function fakeFile(size: number, most = Number.POSITIVE_INFINITY): OpenFile & { readonly asked: number[][] } {
  const asked: number[][] = [];
  const read = async (_: unknown, at: number, length: number, position: number): Promise<{ bytesRead: number }> => {
    asked.push([at, length, position]);
    return { bytesRead: Math.min(length, most) };
  };
  return { asked, read, stat: async () => ({ size }) } as never;
}

describe.each(readers)("%s of a file of 2 GiB and more", (_, read) => {
  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 8, 2 ** 33, 2 ** 42])(
    "%i bytes of another kind: its head is enough",
    async (size) => {
      const path = join(folder, "z.pth");
      writeFileSync(path, "");
      truncateSync(path, size);
      await expect(read(path)).rejects.toThrow(new RegExp(`${size} bytes that begin with "00 00 00 00`));
    },
  );
});

test("no piece is larger than 1 GiB, and every byte is asked for once", async () => {
  const size = 2 ** 31 + 1000;
  for (const most of [Number.POSITIVE_INFINITY, 2 ** 29]) {
    const file = fakeFile(size, most);
    expect(await readAll(file, "x", () => {})).toHaveLength(size);
    let at = 0;
    for (const [into, length, position] of file.asked) {
      expect([into, position]).toEqual([at, at]);
      expect(length).toBeLessThanOrEqual(2 ** 30);
      at += Math.min(length!, most);
    }
    expect(at).toBe(size);
  }
});

test.each([2 ** 50, Number.MAX_SAFE_INTEGER])(
  "a file of %i bytes: there is no memory for it, says the error",
  async (size) => {
    const error: unknown = await readAll(fakeFile(size), "huge.pth", () => {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(String(error)).toMatch(`load: need ${size} bytes of memory for "huge.pth"; got none`);
    expect(() => room(size, "saveSafetensors", "the file")).toThrow(OutOfMemoryError);
  },
);

test("a file that shrinks while it is read", async () => {
  const file = { ...fakeFile(1000), read: async () => ({ bytesRead: 0 }) };
  await expect(readAll(file as never, "x", () => {})).rejects.toThrow(
    /need 1000 bytes of "x"; got 0. It is being changed/,
  );
});

describe.each(readers)("%s refuses", (_, read) => {
  test("a folder", async () => {
    await expect(read(folder)).rejects.toThrow(/need a file; got ".*", a folder/);
  });

  test("a link to itself, a link to nothing, a name of a folder that is a file", async () => {
    symlinkSync("loop", join(folder, "loop"));
    symlinkSync("absent", join(folder, "dangling"));
    writeFileSync(join(folder, "file"), "");
    for (const name of ["loop", "dangling", "file/x", "\0", "x".repeat(300)])
      await expect(read(join(folder, name))).rejects.toThrow(/^load: need a readable file; got "/);
  });

  test("an empty file, and a link to one", async () => {
    writeFileSync(join(folder, "empty"), "");
    symlinkSync("empty", join(folder, "link"));
    for (const name of ["empty", "link"]) await expect(read(join(folder, name))).rejects.toThrow(/got 0 bytes/);
  });

  test.skipIf(process.platform === "win32")("a device, a pipe", async () => {
    execFileSync("sh", ["-c", `mkfifo ${join(folder, "pipe")}`]);
    for (const path of ["/dev/zero", join(folder, "pipe")])
      await expect(read(path)).rejects.toThrow(/need a file; got ".*", a device or a pipe/);
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("a file that may not be read", async () => {
    writeFileSync(join(folder, "secret"), "", { mode: 0 });
    await expect(read(join(folder, "secret"))).rejects.toThrow(/need a readable file; got ".*" \(EACCES/);
  });

  test("what is no source", async () => {
    for (const source of [undefined, null, 5, {}, [1], new Float32Array(2), Promise.resolve("x"), Symbol("x")])
      await expect(read(source as never)).rejects.toThrow(
        /need a path, a URL, a Uint8Array, an ArrayBuffer or a Blob; got /,
      );
  });
});

test("what is loaded from a Buffer of Node is a copy and no Buffer; shared and detached memory are told apart", async () => {
  const file = readFileSync(new URL("./files/protocol4.pth", import.meta.url));
  const { b } = Object.fromEntries((await load(file)) as Map<string, Uint8Array>);
  expect(b!.constructor).toBe(Uint8Array);
  expect(b!.buffer).not.toBe(file.buffer);
  const shared = Buffer.from(new SharedArrayBuffer(file.length));
  shared.set(file);
  expect(await load(shared)).toBeInstanceOf(Map);
  const detached = Uint8Array.from(file).buffer;
  const view = new Uint8Array(detached);
  structuredClone(detached, { transfer: [detached] });
  for (const source of [detached, view]) await expect(load(source)).rejects.toThrow(/got 0 bytes/);
});

test("a URL: its bytes, or the status of the answer", async () => {
  const file = readFileSync(new URL("./files/protocol4.pth", import.meta.url));
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/there" ? 200 : 404;
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = (path: string): URL => new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const keys = async (source: URL | Uint8Array): Promise<unknown> => [
    ...((await load(source)) as Map<string, unknown>).keys(),
  ];
  expect(await keys(at("/there"))).toEqual(await keys(file));
  await expect(load(at("/gone"))).rejects.toThrow(`need a readable URL; got "${at("/gone")}" (HTTP 404)`);
  server.closeAllConnections();
  server.close();
});

test("a URL that cannot be had is named", async () => {
  const url = new URL("http://127.0.0.1:1/x.pth");
  await expect(load(url)).rejects.toThrow(/^load: need a readable URL; got "http:.*x\.pth" \(/);
});

describe("a small file that unpacks to a huge pickle", () => {
  /** `count` opcodes of one byte, deflated. */
  async function bomb(count: number): Promise<string> {
    const chunk = new Blob([new Uint8Array(2 ** 20).fill(0x7d)]);
    const stream = new Blob(Array<Blob>(count / 2 ** 20).fill(chunk)).stream();
    const packed = await new Response(stream.pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
    const path = join(folder, "bomb.pth");
    writeFileSync(path, zip([{ name: "x/data.pkl", content: new Uint8Array(packed), method: 8, size: count, crc: 0 }]));
    return path;
  }

  test("is refused before it is unpacked", async () => {
    const count = 48 * 2 ** 20;
    const error: unknown = await load(await bomb(count)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(/need up to \d+ bytes in "x\/data\.pkl" of \d+ packed bytes; got 50331648/);
  });
});
