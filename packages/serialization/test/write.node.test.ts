import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { load, loadSafetensors, safetensorsBytes, saveSafetensors } from "@ag/serialization";
import type { Tensor } from "@ag/tensor";
import { full, tensor } from "@ag/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "serialization-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const map = new Map([["w", tensor([1, 2])]]);

test("a safetensors file is written whole, and read by its path", async () => {
  const path = join(folder, "w.safetensors");
  await saveSafetensors(map, path);
  expect(new Uint8Array(readFileSync(path))).toEqual(safetensorsBytes(map));
  expect(readdirSync(folder)).toEqual(["w.safetensors"]);
  const read = (await load(path)) as Map<string, Tensor>;
  expect(read.get("w")!.tolist()).toEqual([1, 2]);
});

test("saves to one path at the same time all succeed, and one of them stays, whole", async () => {
  const path = join(folder, "w.safetensors");
  const saves = Array.from({ length: 100 }, (_, i) => saveSafetensors(new Map([["w", full([1000 + i], i)]]), path));
  const reads = saves.map(async (save) => {
    await save;
    const [first, ...rest] = (await loadSafetensors(path)).get("w")!.tolist() as number[];
    expect(rest).toEqual(Array(999 + first!).fill(first));
  });
  await Promise.all(reads);
  expect(readdirSync(folder)).toEqual(["w.safetensors"]);
});

test("files of others are left alone, whatever their names", async () => {
  const path = join(folder, "w.safetensors");
  writeFileSync(`${path}.partial`, "of somebody else");
  await saveSafetensors(map, path);
  await expect(saveSafetensors(map, folder)).rejects.toThrow(/EISDIR/);
  expect(readFileSync(`${path}.partial`, "utf8")).toBe("of somebody else");
  expect(readdirSync(folder).sort()).toEqual(["w.safetensors", "w.safetensors.partial"]);
});

describe("a save that fails says where, and leaves nothing behind", () => {
  test.each([
    ["a folder", "."],
    ["a folder that is not there", "absent/w.safetensors"],
    ["below a file", "file/w.safetensors"],
    ["an empty path", ""],
    ["a name that is too long", "x".repeat(300)],
    ["a name with a zero", "a\0b"],
  ])("%s", async (_, name) => {
    writeFileSync(join(folder, "file"), "");
    const path = name === "" ? "" : join(folder, name);
    const error: unknown = await saveSafetensors(map, path).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/^Error: saveSafetensors: need a place to write to; got ".*" \(/);
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

test("the longest names and paths as URLs are fine", async () => {
  const name = `${"x".repeat(243)}.safetensors`; // 255 bytes
  const url = pathToFileURL(join(folder, name));
  url.search = "?x"; // no part of a path
  await saveSafetensors(map, url);
  expect(readdirSync(folder)).toEqual([name]);
  await expect(saveSafetensors(map, new URL("https://example.com/x"))).rejects.toThrow(/need a place to write to/);
});

test("a link stays one, and the file keeps its mode", async () => {
  mkdirSync(join(folder, "runs"));
  const target = join(folder, "runs", "5.safetensors");
  writeFileSync(target, "old");
  chmodSync(target, 0o600);
  symlinkSync(join("runs", "5.safetensors"), join(folder, "latest.safetensors"));
  await saveSafetensors(map, join(folder, "latest.safetensors"));
  expect(lstatSync(join(folder, "latest.safetensors")).isSymbolicLink()).toBe(true);
  expect(new Uint8Array(readFileSync(target))).toEqual(safetensorsBytes(map));
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "runs"))).toEqual(["5.safetensors"]);
});

test.skipIf(process.platform === "win32")("into a pipe the bytes go directly", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("sh", ["-c", `mkfifo ${pipe}`]);
  const [bytes] = await Promise.all([readFile(pipe), saveSafetensors(map, pipe)]);
  expect(new Uint8Array(bytes)).toEqual(safetensorsBytes(map));
  expect(statSync(pipe).isFIFO()).toBe(true);
  expect(readdirSync(folder)).toEqual(["pipe"]);
});
