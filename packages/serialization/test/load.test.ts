import { FormatError, load, metadataOf, save, UnpicklingError } from "@ag/serialization";
import { Tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { described } from "./describe.ts";
import expected from "./expected.json" with { type: "json" };

const file = (name: string): URL => new URL(`./files/${name}`, import.meta.url);
const loadMap = async (name: string): Promise<Map<string, unknown>> => (await load(file(name))) as Map<string, unknown>;
const bytesOf = async (name: string): Promise<Uint8Array> => new Uint8Array(await (await read(name)).arrayBuffer());
const read = async (name: string): Promise<Blob | Response> => {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  return fs ? new Blob([fs.readFileSync(file(name))]) : fetch(file(name));
};

describe("as PyTorch reads it", () => {
  test.each(Object.entries(expected.files).filter(([name]) => name.endsWith(".pth")))("%s", async (name, answer) => {
    expect(described(await load(file(name)))).toEqual(answer);
  });
});

test("bytes, buffers and blobs are sources too", async () => {
  const bytes = await bytesOf("plain.pth");
  const shifted = new Uint8Array(bytes.length + 3).subarray(3); // no alignment
  shifted.set(bytes);
  for (const source of [bytes, shifted, bytes.slice().buffer, new Blob([bytes.slice()])])
    expect(described(await load(source))).toEqual(expected.files["plain.pth"]);
});

test("tensors of one storage share memory in both formats", async () => {
  for (const name of ["views.pth", "views-legacy.pth"]) {
    const views = (await loadMap(name)) as Map<string, Tensor>;
    views.get("all")!.fill_(7);
    expect(views.get("block")!.tolist()).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    expect(views.get("alone")!.tolist()).toEqual([4, 5]);
    expect(views.get("row")!.base).toBeNull();
  }
});

test("a state dict carries its versions", async () => {
  const metadata = metadataOf(await loadMap("state-dict.pth"));
  expect([...metadata!.keys()]).toEqual(["", "0", "1", "2"]);
  expect(metadata!.get("1")).toEqual(new Map([["version", 2]]));
  expect(metadataOf(await loadMap("without-counters.pth"))).toBeUndefined();
});

test("parameters are shared by identity", async () => {
  const map = await loadMap("parameters.pth");
  expect(map.get("shared")).toBe(map.get("again"));
});

describe("refused", () => {
  test.each([
    ["evil.pth", UnpicklingError, /need .*; got global "posix\.system"/],
    ["evil-legacy.pth", UnpicklingError, /need .*; got global "posix\.system"/],
    ["module.pth", UnpicklingError, /got global "torch\.nn\.modules\.linear\.Linear"/],
    ["uint16.pth", UnpicklingError, /got global "torch\.uint16"/],
    ["complex.pth", UnpicklingError, /got global "torch\.ComplexFloatStorage"/],
    ["big-endian.pth", FormatError, /byteorder "big"/],
  ])("%s", async (name, kind, message) => {
    const error: unknown = await load(file(name)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toMatch(message);
  });

  test.each([
    ["nothing", []],
    ["text", [...new TextEncoder().encode("version https://git-lfs")]],
    ["another pickle", [0x80, 2, 0x4b, 1, 0x2e]],
    ["a tar archive", [...new Uint8Array(257), ...new TextEncoder().encode("ustar"), ...new Uint8Array(250)]],
  ])("%s", async (_, bytes) => {
    await expect(load(Uint8Array.from(bytes))).rejects.toThrow(FormatError);
  });

  test("a file that does not exist, named", async () => {
    await expect(load(new URL("absent.pth", file("plain.pth")))).rejects.toThrow(/absent\.pth/);
  });

  test("writing .pth, naming what can be written", async () => {
    await expect(save(new Map(), "x.pth")).rejects.toThrow(/saveSafetensors/);
  });
});

describe("cut off at every byte", () => {
  test.each(["plain.pth", "deflated.pth", "views-legacy.pth", "mixed.safetensors"])("%s", async (name) => {
    const bytes = await bytesOf(name);
    for (let length = 0; length < bytes.length; length++) {
      const error: unknown = await load(bytes.subarray(0, length)).catch((reason: unknown) => reason);
      expect(error, `${length} bytes`).toBeInstanceOf(FormatError);
    }
  });
});

describe("one byte changed at every place", () => {
  test.each(["plain.pth", "views-legacy.pth", "checkpoint-legacy.pth", "mixed.safetensors"])("%s", async (name) => {
    const bytes = await bytesOf(name);
    const surprises: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        const outcome: unknown = await load(changed).catch((reason: unknown) => reason); // elements may change unseen
        if (outcome instanceof Error && !(outcome instanceof FormatError))
          surprises.push(`${at} ^ ${flip}: ${outcome}`);
      }
    }
    expect(surprises).toEqual([]);
  });
});

test("files of other kinds are named", async () => {
  const tar = new Uint8Array(512);
  tar.set(new TextEncoder().encode("ustar"), 257);
  await expect(load(tar)).rejects.toThrow("load: need a .pth or safetensors file; got a tar of before PyTorch 0.2");
  await expect(load(new Uint8Array(300))).rejects.toThrow(/^load: need a \.pth or safetensors file; got 300 bytes/);
  await expect(load(new Uint8Array())).rejects.toThrow(/^load: need a \.pth or safetensors file; got 0 bytes/);
});

test("what is loaded are ordinary tensors", async () => {
  const x = (await loadMap("plain.pth")).get("w");
  expect(x).toBeInstanceOf(Tensor);
  expect((x as Tensor).mul(2).tolist()).toEqual([0, 2, 4, 6, 8]);
});
