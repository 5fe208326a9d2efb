import {
  FormatError,
  load,
  loadSafetensors,
  metadataOf,
  type SafetensorsOptions,
  safetensorsBytes,
  saveSafetensors,
} from "@ag/serialization";
import { ones, type Tensor, tensor, ValueError } from "@ag/tensor";
import { tensorBeside } from "@ag/tensor/internal";
import { describe, expect, test } from "vitest";
import { described } from "./describe.ts";
import expected from "./expected.json" with { type: "json" };

const file = (name: string): URL => new URL(`./files/${name}`, import.meta.url);

async function bytesOf(name: string): Promise<Uint8Array> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  return new Uint8Array(fs ? fs.readFileSync(file(name)) : await (await fetch(file(name))).arrayBuffer());
}

/** A file with this header before so many bytes. */
function withHeader(header: unknown, size = 8): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return bytes;
}

describe.each(["mixed.safetensors", "names.safetensors", "none.safetensors"] as const)("%s", (name) => {
  test("is read as its own library reads it", async () => {
    const map = await loadSafetensors(file(name));
    const sorted = (entries: readonly unknown[]): unknown[] => entries.map((x) => JSON.stringify(x)).sort();
    const ours = described(withoutStorage(map)) as { map: unknown[] };
    expect(sorted(ours.map)).toEqual(sorted(expected.files[name].map.map(numbered)));
    expect(described(await load(file(name)))).toEqual(described(map));
  });

  test("is written byte for byte as its own library writes it", async () => {
    expect(safetensorsBytes(await loadSafetensors(file(name)))).toEqual(await bytesOf(name));
  });
});

/** Storages are numbered by order of appearance; orders of two dictionaries may differ. */
const withoutStorage = (map: Map<string, Tensor>): Map<string, unknown> =>
  new Map([...map].map(([key, x]) => [key, JSON.stringify({ ...(described(x) as object), storage: 0 })]));
const numbered = ([key, x]: readonly unknown[]): unknown => [key, JSON.stringify({ ...(x as object), storage: 0 })];

test("metadata travels", async () => {
  const map = await loadSafetensors(file("mixed.safetensors"));
  expect(metadataOf(map)).toEqual(new Map([["format", "pt"]]));
  const written = safetensorsBytes(map, { metadata: { epoch: "3" } });
  expect(metadataOf(await loadSafetensors(written))).toEqual(new Map([["epoch", "3"]]));
});

test("views are written as they look", async () => {
  const base = tensor([
    [1, 2],
    [3, 4],
  ]);
  const read = await loadSafetensors(await saveSafetensors(new Map([["t", tensorBeside(base, [2, 2], [1, 2], 0)]])));
  expect(read.get("t")!.tolist()).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

describe("only what can be read is written", () => {
  const x = tensor([1]);
  const { names, metadata } = expected.safetensors.written;

  test.each(Object.entries(names))("the name %s, as its own library: %s", async (json, accepted) => {
    const name = JSON.parse(json) as string;
    const saved = saveSafetensors(new Map([[name, x]]));
    if (!accepted) return expect(saved).rejects.toThrow(/^saveSafetensors: need names that are text/);
    expect([...(await loadSafetensors(await saved)).keys()]).toEqual([name]);
  });

  test.each(Object.entries(metadata))("the metadata %s, as its own library: %s", async (json, accepted) => {
    const given = JSON.parse(json) as Record<string, string>;
    const saved = saveSafetensors(new Map([["x", x]]), undefined, { metadata: given });
    if (!accepted) return expect(saved).rejects.toThrow(/^saveSafetensors: need metadata of text/);
    expect(metadataOf(await loadSafetensors(await saved))).toEqual(new Map(Object.entries(given)));
  });

  test.each<[string, unknown, SafetensorsOptions | undefined, RegExp]>([
    ["a number", new Map([["x", 1]]), undefined, /need tensors; got number at "x"/],
    ["an unknown option", new Map(), { meta: {} } as never, /unexpected keyword argument 'meta': need metadata/],
    ["the name of the metadata", new Map([["__metadata__", x]]), undefined, /not "__metadata__"; got "__metadata__"/],
    ["a container as name", new Map([[["x"], x]]), undefined, /got a container/],
    ["an object instead of a Map", { x }, undefined, /need a Map of names to tensors; got a container/],
    ["nothing", undefined, undefined, /need a Map of names to tensors; got undefined/],
    ["a Map as metadata", new Map([["x", x]]), { metadata: new Map([["a", "b"]]) as never }, /need metadata of text/],
    ["null as metadata", new Map([["x", x]]), { metadata: null as never }, /need metadata of text.*; got null/],
    ["names of 100 MB", new Map([["x".repeat(1e8), x]]), undefined, /need names and metadata in 100000000 bytes/],
  ])("not %s", async (_, map, options, message) => {
    await expect(saveSafetensors(map as never, undefined, options)).rejects.toThrow(message);
  });

  test("metadata of a .pth file that is no text is left out", async () => {
    const map = (await load(file("state-dict.pth"))) as Map<string, Tensor>;
    expect(metadataOf(map)).toBeDefined();
    expect(metadataOf(await loadSafetensors(await saveSafetensors(map)))).toBeUndefined();
  });
});

describe("every header is read as its own library reads it, unless the format forbids it", () => {
  /** What the library takes although the format says MUST begin with "{" and no duplicate keys. */
  const isForbidden = (header: string): boolean =>
    /^\s/.test(header) || /("x":.*"(x|\\u0078)":)|("a":.*"a":)/.test(header);

  test.each(Object.entries(expected.safetensors.read))("%j: %s", async (header, accepted) => {
    for (const read of [load, loadSafetensors]) {
      const outcome: unknown = await read(withHeader(header)).catch((reason: unknown) => reason);
      if (accepted && !isForbidden(header)) expect(outcome).toBeInstanceOf(Map);
      else expect(outcome).toBeInstanceOf(FormatError);
    }
  });
});

test("both readers tell a file of any header length from a pickle and a ZIP archive", async () => {
  const header = JSON.stringify({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
  for (let length = header.length; length < 1100; length++)
    for (const read of [load, loadSafetensors])
      expect(await read(withHeader(header.padEnd(length))), `${length}`).toBeInstanceOf(Map);
  const asZip = Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0x7b); // a header of 67 MB, cut off
  for (const read of [load, loadSafetensors]) await expect(read(asZip)).rejects.toThrow(/need 67324752 more bytes/);
});

test("both readers refuse white space before the header alike", async () => {
  for (const space of [" ", "\t", "\n", "\r"]) {
    const messages = [load, loadSafetensors].map(async (read) =>
      read(withHeader(`${space}{}`, 0)).catch((reason: unknown) => String(reason)),
    );
    const [first, second] = await Promise.all(messages);
    expect(first).toBe(second);
    expect(first).toMatch(/need a header that begins with "\{"; got "\s|\\[nrt]/);
  }
});

describe("refused", () => {
  const x = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  test.each<[string, Uint8Array]>([
    ["an unknown dtype", withHeader({ x: { ...x, dtype: "F8_E4M3" } })],
    ["a shape that does not fit its bytes", withHeader({ x: { ...x, shape: [3] } })],
    ["a negative size", withHeader({ x: { ...x, shape: [-2] } })],
    ["a fraction", withHeader({ x: { ...x, shape: [0.5, 4] } })],
    ["a shape that overflows", withHeader({ x: { ...x, shape: [2 ** 40, 2 ** 40] } })],
    ["offsets beyond the file", withHeader({ x: { ...x, shape: [4], data_offsets: [0, 16] } })],
    ["offsets that run backwards", withHeader({ x: { ...x, shape: [0], data_offsets: [8, 0] } })],
    ["a gap", withHeader({ x: { ...x, shape: [1], data_offsets: [4, 8] } })],
    ["an overlap", withHeader({ x, y: { ...x, shape: [1], data_offsets: [4, 8] } })],
    ["bytes that belong to nothing", withHeader({ x }, 9)],
    ["one offset", withHeader({ x: { ...x, data_offsets: [8] } })],
    ["three offsets", withHeader({ x: { ...x, data_offsets: [0, 8, 8] } })],
    ["no description", withHeader({ x: null })],
    ["metadata that is no text", withHeader({ x, __metadata__: { a: 1 } })],
    ["a header that is no JSON", withHeader("{x}")],
    ["a header that is a list", withHeader("[1]")],
    ["20,000 levels", withHeader(`{"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)],
    ["20,000 levels of metadata", withHeader(`{"__metadata__":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`)],
    ["far more containers than descriptions", withHeader(`{"x":[${"[],".repeat(1e5)}1]}`)],
    ["two metadata", withHeader('{"__metadata__":{},"__metadata__":{"a":"b"}}', 0)],
    ["a rank of 65", withHeader({ x: { ...x, shape: [...Array(64).fill(1), 2] } })],
    ["an offset that is text", withHeader({ x: { ...x, data_offsets: ["0", "8"] } })],
    ["an offset beyond 2^53", withHeader({ x: { ...x, shape: [0], data_offsets: [2 ** 53, 2 ** 53] } })],
    ["no dtype", withHeader({ x: { shape: [2], data_offsets: [0, 8] } })],
    ["a dtype of Object", withHeader({ x: { ...x, dtype: "constructor" } })],
    ["a name that is no UTF-8", withHeader({ ÿ: x }).map((byte) => (byte === 0xc3 ? 0xff : byte))],
    ["half of a surrogate pair in the metadata", withHeader('{"__metadata__":{"\\ud800":"a"}}', 0)],
    ["a header beyond the file", Uint8Array.of(255, 255, 0, 0, 0, 0, 0, 0, 0x7b)],
  ])("%s", async (_, bytes) => {
    await expect(loadSafetensors(bytes)).rejects.toThrow(FormatError);
    await expect(load(bytes)).rejects.toThrow(FormatError);
  });

  test("a header beyond 100 MB", async () => {
    const bytes = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 0x7b);
    for (const read of [load, loadSafetensors])
      await expect(read(bytes)).rejects.toThrow("need a header up to 100000000 bytes; got 4278190080");
  });
});

test("an option that does not exist is refused", async () => {
  const save = saveSafetensors as (...args: readonly unknown[]) => Promise<unknown>;
  const map = new Map([["a", ones(2)]]);
  for (const options of [
    { metdata: {} },
    { metadata: 5 },
    { metadata: new Map() },
    { metadata: { a: 1 } },
    5,
    null,
    "pt",
  ])
    await expect(save(map, undefined, options)).rejects.toThrow(ValueError);
});
