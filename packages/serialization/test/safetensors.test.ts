import { FormatError, load, loadSafetensors, metadataOf, safetensorsBytes, saveSafetensors } from "@ag/serialization";
import { asStridedView, type Tensor, tensor } from "@ag/tensor";
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

describe.each(["mixed.safetensors", "none.safetensors"] as const)("%s", (name) => {
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
  const read = await loadSafetensors(await saveSafetensors(new Map([["t", asStridedView(base, [2, 2], [1, 2], 0)]])));
  expect(read.get("t")!.tolist()).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

test("only tensors are written", async () => {
  const map = new Map([["x", 1]]) as unknown as Map<string, Tensor>;
  await expect(saveSafetensors(map)).rejects.toThrow(/need tensors; got number at "x"/);
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
    ["no description", withHeader({ x: null })],
    ["metadata that is no text", withHeader({ x, __metadata__: { a: 1 } })],
    ["a header that is no JSON", withHeader("{x}")],
    ["a header that is a list", withHeader("[1]")],
    ["a header beyond the file", Uint8Array.of(255, 255, 0, 0, 0, 0, 0, 0, 0x7b)],
    ["a header beyond 100 MB", Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 0x7b)],
  ])("%s", async (_, bytes) => {
    await expect(loadSafetensors(bytes)).rejects.toThrow(FormatError);
    await expect(load(bytes)).rejects.toThrow(FormatError);
  });
});
