import { FormatError, load } from "@ag/serialization";
import type { Tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { zip } from "./zip-writer.ts";

const bytesOf = (content: string): Uint8Array => Uint8Array.from(content, (one) => one.charCodeAt(0));
const archive = (entries: Readonly<Record<string, string>>): Uint8Array =>
  zip(Object.entries(entries).map(([name, content]) => ({ name, content: bytesOf(content) })));

const none = "N.";
/** Four bytes of storage "7" as a tensor. */
const four =
  "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nByteStorage\nX\x01\0\0\x007X\x03\0\0\0cpuK\x04tQ" +
  "K\0(K\x04t(K\x01tNNtR.";

/** The same bytes as one element of a dtype. */
const one = (dtype: string): string =>
  "ctorch._utils\n_rebuild_tensor_v3\n((X\x07\0\0\0storagectorch.storage\nUntypedStorage\nX\x01\0\0\x007X\x03\0\0\0cpu" +
  `K\x04tQK\0(K\x01t(K\x01tNNctorch\n${dtype}\ntR`;

test("an archive of one pickle and its storages", async () => {
  expect(await load(archive({ "x/data.pkl": none, "x/version": "3\n", "x/byteorder": "little" }))).toBe(null);
  const x = await load(archive({ "x/data.pkl": four, "x/data/7": "abcd" }));
  expect((x as Tensor).tolist()).toEqual([97, 98, 99, 100]);
});

describe("refused", () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["no pickle", { "x/version": "3" }, "with one */data.pkl; got 0 in 1 entries"],
    ["two pickles", { "x/data.pkl": none, "y/data.pkl": none }, "with one */data.pkl; got 2 in 2 entries"],
    ["code", { "x/data.pkl": none, "x/constants.pkl": none }, "got a TorchScript archive"],
    [
      "a version of the future",
      { "x/data.pkl": none, "x/version": "11" },
      'need file format version 1 to 10; got "11"',
    ],
    ["version 0", { "x/data.pkl": none, "x/version": "0" }, "need file format version 1 to 10"],
    ["a version that is no number", { "x/data.pkl": none, "x/version": "x" }, "need file format version 1 to 10"],
    ["another byte order", { "x/data.pkl": none, "x/byteorder": "big" }, 'got byteorder "big"'],
    [
      "one storage as two dtypes",
      { "x/data.pkl": `(${one("int32")}${one("float32")}t.`, "x/data/7": "abcd" },
      'storage "7" as int32 and as float32',
    ],
    [
      "a parameter of a number",
      { "x/data.pkl": "ctorch._utils\n_rebuild_parameter\n(K\x01NNtR." },
      "need a tensor for a Parameter; got something else",
    ],
    [
      "a tensor on a number",
      { "x/data.pkl": "ctorch._utils\n_rebuild_tensor_v2\n(K\x07K\0(K\x04t(K\x01tNNtR." },
      "need a tensor on a storage; got something else",
    ],
    [
      "bytes that require gradients",
      { "x/data.pkl": four.replace("NNtR", "\x88NtR"), "x/data/7": "abcd" },
      "need a floating tensor that requires grad; got uint8",
    ],
    ["the id of a module", { "x/data.pkl": "(X\x06\0\0\0moduletQ." }, 'need ids of storages; got one of "module"'],
    [
      "a storage of two lengths",
      {
        "x/data.pkl": `(${four.slice(0, -1)}${four.slice(0, -1).replace("K\x04tQ", "K\x05tQ")}t.`,
        "x/data/7": "abcde",
      },
      'need one description of storage "7"; got uint8 × 4 and uint8 × 5',
    ],
    ["no storage", { "x/data.pkl": four }, 'need 4 bytes in entry "x/data/7"; got no such entry'],
    ["a short storage", { "x/data.pkl": four, "x/data/7": "abc" }, 'need 4 bytes in entry "x/data/7"; got 3'],
  ])("%s", async (_, entries, message) => {
    const error: unknown = await load(archive(entries)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toContain(message);
  });
});
