import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load, safetensorsBytes, saveSafetensors } from "@ag/serialization";
import type { Tensor } from "@ag/tensor";
import { tensor } from "@ag/tensor";
import { expect, onTestFinished, test } from "vitest";

test("a safetensors file is written whole, and read by its path", async () => {
  const folder = mkdtempSync(join(tmpdir(), "serialization-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const map = new Map([["w", tensor([1, 2])]]);
  const path = join(folder, "w.safetensors");
  await saveSafetensors(map, path);
  expect(new Uint8Array(readFileSync(path))).toEqual(safetensorsBytes(map));
  expect(readdirSync(folder)).toEqual(["w.safetensors"]);
  const read = (await load(path)) as Map<string, Tensor>;
  expect(read.get("w")!.tolist()).toEqual([1, 2]);
});
