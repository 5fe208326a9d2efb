import { FormatError, load, metadataOf, UnpicklingError } from "@ag/serialization";
import type { Tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { Reader } from "#src/bytes/reader";
import { noTensors } from "#src/bytes/surroundings";
import type { Surroundings } from "#src/pth/globals";
import { unpickle } from "#src/pth/unpickler";

type Part = string | number | readonly number[];

/** Bytes of opcodes: text as ASCII, numbers as they are. */
const code = (...parts: readonly Part[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((x) => (typeof x === "string" ? Array.from(x, (c) => c.charCodeAt(0)) : x)));
const text = (x: string): number[] => [...code("X", [x.length, 0, 0, 0], x)];
const TUPLE1 = 0x85;
const TUPLE2 = 0x86;
const TUPLE3 = 0x87;

const nothing: Surroundings = {
  ...noTensors,
  storage: () => {
    throw new FormatError("no storages here");
  },
};
const read = (...parts: readonly Part[]): unknown => unpickle(new Reader(code(...parts)), nothing);

describe("integers of any size", () => {
  test.each<[number[], number | bigint]>([
    [[0x8a, 0], 0],
    [[0x8a, 1, 0xff], -1],
    [[0x8a, 2, 0xff, 0x00], 255],
    [[0x8a, 7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], Number.MAX_SAFE_INTEGER],
    [[0x8a, 7, 0, 0, 0, 0, 0, 0, 0x20], 2n ** 53n],
    [[0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80], -(2n ** 63n)],
    [[74, 0xff, 0xff, 0xff, 0xff], -1],
    [[77, 0xff, 0xff], 65535],
  ])("%j is %s", (bytes, value) => {
    expect(read(bytes, ".")).toBe(value);
  });
});

describe("refused", () => {
  test.each<[string, Part[]]>([
    ["a foreign global", ["cos\nsystem\n."]],
    ["a foreign global of protocol 4", [text("builtins"), text("eval"), 0x93, "."]],
    ["a call of what is no function", [text("x"), ")R."]],
    ["a call without a tuple", ["ccollections\nOrderedDict\n", "K", 1, "R."]],
    ["an empty stack", ["."]],
    ["an item below a mark", ["K", 1, "(R."]],
    ["no mark", ["t."]],
    ["an unknown opcode", ["Ni."]],
    ["an instance by name (INST)", ["(ios\nsystem\n."]],
    ["an extension registry", [0x82, 1, "."]],
    ["the memo at an empty place", ["h", 5, "."]],
    ["appending to a dict", ["}K", 1, "a."]],
    ["a key without a value", ["}(K", 1, "u."]],
    ["a dict as a key", ["}}K", 1, "s."]],
    ["items for a list", ["]K", 1, "K", 1, "s."]],
    ["a state for a list", ["]}b."]],
    ["a bare class", ["ctorch\nFloatStorage\n."]],
    ["a class inside of a list", ["]ctorch\nSize\na."]],
    ["a class inside of a key", ["}ctorch\nSize\n", TUPLE1, "Ns."]],
    ["protocol 1", [0x80, 1, "N."]],
    ["protocol 6", [0x80, 6, "N."]],
    ["a string beyond the end", ["X", [255, 255, 255, 127], "x."]],
    ["a name without end", ["cos"]],
    ["no end", ["N"]],
    ["deep nesting", [")", Array<number>(5000).fill(TUPLE1), "."]],
    ["a persistent id of text", [text("storage"), "Q."]],
    ["a device of a container", ["ctorch\ndevice\n]", TUPLE1, "R."]],
    ["a dict of pairs of three", ["ccollections\nOrderedDict\n](NNN", TUPLE3, "e", TUPLE1, "R."]],
    ["a set of a number", ["cbuiltins\nset\nK", 1, TUPLE1, "R."]],
    ["bytes in another encoding", ["c_codecs\nencode\n", text("x"), text("utf-8"), TUPLE2, "R."]],
    ["bytes of other characters", ["c_codecs\nencode\nX", [2, 0, 0, 0, 0xc4, 0x81], text("latin1"), TUPLE2, "R."]],
  ])("%s", (_, parts) => {
    expect(() => read(...parts)).toThrow(FormatError);
  });

  test("copies of copies", () => {
    const pairs = ["](", Array.from({ length: 100 }, () => [...code("N", "N", TUPLE2)]).flat(), "eq", 1, "0".slice(1)];
    const copy = [...code("ccollections\nOrderedDict\nh", 1, TUPLE1, "R")];
    expect(() => read(...pairs, Array.from({ length: 10000 }, () => copy).flat(), ".")).not.toThrow(RangeError);
    const cheap = [...code("h", 2, "h", 1, TUPLE1, "R")];
    const flood = ["ccollections\nOrderedDict\nq", 2, ...pairs, Array.from({ length: 10000 }, () => cheap).flat(), "."];
    expect(() => unpickle(new Reader(code(...flood)), nothing, 2 ** 20)).toThrow(/need what fits in .* of memory/);
  });

  test("copies of dicts", () => {
    const entries = Array.from({ length: 100 }, (_, i) => [...code("K", i, "N")]).flat();
    const copy = [...code("h", 2, "h", 1, TUPLE1, "R")];
    const flood = ["ccollections\nOrderedDict\nq", 2, "}(", entries, "uq", 1, Array(10_000).fill(copy).flat(), "."];
    expect(() => unpickle(new Reader(code(...flood)), nothing, 2 ** 20)).toThrow(/need what fits in .* of memory/);
  });

  test("a long text is cut in the message", () => {
    expect(() => read("c_codecs\nencode\nNX", [144, 1, 0, 0], "x".repeat(400), TUPLE2, "R.")).toThrow(/"x{300}…"/);
  });

  test("what is wrong is named", () => {
    expect(() => read(Array<number>(5000).fill(40), ".")).toThrow("need nesting up to 1000");
    expect(() => read("cos")).toThrow("load: need a line at byte 1; got none");
    expect(() => read("cos\nsystem\n.")).toThrow(UnpicklingError);
    expect(() => read("cos\nsystem\n.")).toThrow(/^load: need .*; got global "os\.system"/);
  });
});

describe("what a pickle makes is bounded", () => {
  const BUDGET = 2 ** 12;
  const dict = [...code("ccollections\nOrderedDict\nq", 1)];
  test.each<[string, number[], number[]]>([
    ["dicts", [], [0x7d]],
    ["lists", [], [0x5d]],
    ["tuples", [], [0x29]],
    ["sets", [], [0x8f]],
    ["numbers", [], [0x4b, 1]],
    ["None", [], [0x4e]],
    ["bytes", [], [67, 1, 7]],
    ["text", [], [0x8c, 2, 97, 98]],
    ["a memo", [0x4e], [0x94]],
    ["one place of the memo", [0x4e], [113, 1]],
    ["what is recalled", [0x4e, 113, 1], [104, 1]],
    ["OrderedDicts", dict, [104, 1, 0x29, 0x52]],
    ["lists in lists of batches", [0x5d], [40, 0x5d, 0x5d, 0x5d, 101]],
    ["entries of one dict", [0x7d], [0x4b, 1, 0x4b, 1, 115]],
    ["nothing but frames", [], [149, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])("%s", (_, start, repeated) => {
    const flood = code(start, Array.from({ length: 2 * BUDGET }, () => repeated).flat());
    const reader = new Reader(flood);
    expect(() => unpickle(reader, nothing, BUDGET)).toThrow(/need what fits in .* of memory/);
    expect(reader.at).toBeLessThan(flood.length);
  });
});

describe("text that is no UTF-8 is refused, not replaced", () => {
  test.each<[string, Part[]]>([
    ["a lone byte", ["X", [1, 0, 0, 0], [0xff], "."]],
    ["a short string", [0x8c, 1, [0xff], "."]],
    ["a string of Python 2", ["U", 2, [0xc3, 0x28], "."]],
    ["half of a surrogate pair", ["X", [3, 0, 0, 0], [0xed, 0xa0, 0x80], "."]],
    ["a global", ["ctorch\n", [0xff], "\n."]],
  ])("%s", (_, parts) => {
    expect(() => read(...parts)).toThrow(/need UTF-8/);
  });

  test("a byte order mark is kept", () => {
    expect(read("X", [3, 0, 0, 0], [0xef, 0xbb, 0xbf], ".")).toBe("\ufeff");
  });
});

describe("metadata is as safe as what it belongs to", () => {
  const dict = ["ccollections\nOrderedDict\n)R"];
  const built = (metadata: readonly Part[]): Part[] => [...dict, "}", text("_metadata"), ...metadata, "sb."];

  test("plain values", () => {
    const map = read(...built([...dict, text("a"), "K", 1, "s"])) as Map<unknown, unknown>;
    expect(metadataOf(map)).toEqual(new Map([["a", 1]]));
  });

  test.each<[string, Part[]]>([
    ["a function", [...dict, text("a"), "ctorch\nSize\n", "s"]],
    ["a function as a key", [...dict, "ctorch\nSize\n", TUPLE1, "Ns"]],
    ["100,000 levels", [...dict, text("a"), ")", Array<number>(100_000).fill(TUPLE1), "s"]],
    ["a function in its own metadata", [...dict, "}", text("_metadata"), ...dict, text("a"), "ctorch\nSize\nssb"]],
  ])("refused: %s", (_, metadata) => {
    expect(() => read(...built(metadata))).toThrow(UnpicklingError);
  });
});

test("nesting is bounded by every way that leads down", () => {
  const chain = ["(]q", 0, Array.from({ length: 2000 }, () => [...code("]h", 0, "aq", 0)]).flat()]; // each holds the one before
  expect(() => read(...chain, "t.")).toThrow(/nesting up to 1000/);
  const half = ["](]q", 0, Array.from({ length: 900 }, () => [...code("]h", 0, "aq", 0)]).flat(), "e."];
  expect(read(...half)).toHaveLength(901);
});

test("a list may contain itself", () => {
  const list = read("]q", 0, "h", 0, "a.") as unknown[];
  expect(list[0]).toBe(list);
});

test("names of prototypes are plain keys", () => {
  const map = read("}", text("__proto__"), "K", 1, "s.");
  expect(map).toEqual(new Map([["__proto__", 1]]));
});

test("many items at once do not exhaust the stack", () => {
  expect(read("](", Array<number>(300_000).fill(78), "e.")).toHaveLength(300_000);
});

/** A file of before PyTorch 1.6 around a pickle. */
function legacy(pickle: Uint8Array, keys: readonly string[], storages: readonly number[]): Uint8Array {
  const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
  const head = [...magic, 0x80, 2, 0x4d, 0xe9, 3, 0x2e, 0x80, 2, 0x7d, 0x2e];
  return code(head, [...pickle], "](", keys.flatMap(text), "e.", storages);
}

test("another magic number, and another version", async () => {
  const file = legacy(code("N."), [], []);
  expect(await load(file)).toBe(null);
  await expect(load(file.with(4, 0))).rejects.toThrow(/^load: Invalid magic number/);
  await expect(load(file.with(18, 0))).rejects.toThrow(/^load: Invalid protocol version: need 1001; got 768/);
});

interface Described {
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
  readonly length?: number;
  readonly view?: Part[];
  /** Bytes without a type, read as int32. */
  readonly untyped?: boolean;
  readonly dtype?: Part[];
  /** What stands behind the hooks: bits of complex numbers. */
  readonly bits?: Part[];
}

/** A pickled tensor of uint8 on a storage "7". */
function tensorCode(described: Described): Uint8Array {
  const { offset = 0, shape = [2], strides = [1], length = 4, view = ["N"] } = described;
  const { untyped = false, dtype = ["ctorch\nint32\n"], bits = [] } = described;
  const tuple = (items: readonly number[]): number[] => [
    40,
    ...items.flatMap((x) => [74, x, x >> 8, x >> 16, x >> 24]),
    116,
  ];
  return code(
    untyped ? "ctorch._utils\n_rebuild_tensor_v3\n((" : "ctorch._utils\n_rebuild_tensor_v2\n((",
    text("storage"),
    untyped ? "ctorch.storage\nUntypedStorage\n" : "ctorch\nByteStorage\n",
    text("7"),
    text("cpu"),
    ["K".charCodeAt(0), length],
    ...view,
    "tQJ",
    [offset, offset >> 8, offset >> 16, offset >> 24],
    tuple(shape),
    tuple(strides),
    [0x89],
    "N",
    ...(untyped ? dtype : []),
    ...bits,
    "tR.",
  );
}

const stored = [4, 0, 0, 0, 0, 0, 0, 0, 10, 11, 12, 13];

describe("tensors on storages", () => {
  test("within", async () => {
    const file = legacy(tensorCode({ offset: 1, shape: [2], strides: [2] }), ["7"], stored);
    expect(((await load(file)) as Tensor).tolist()).toEqual([11, 13]);
  });

  test("on a piece of a storage, as very old files have", async () => {
    const view: Part[] = ["(", text("8"), "K", 1, "K", 2, "t"];
    expect(((await load(legacy(tensorCode({ view }), ["7"], stored))) as Tensor).tolist()).toEqual([11, 12]);
    await expect(load(legacy(tensorCode({ view, shape: [3] }), ["7"], stored))).rejects.toThrow(/within its storage/);
    const beyond: Part[] = ["(", text("8"), "K", 1, "K", 4, "t"];
    await expect(load(legacy(tensorCode({ view: beyond }), ["7"], stored))).rejects.toThrow(
      /a piece within storage "7"/,
    );
  });

  test("on a piece of bytes without a type, which begins where an element does", async () => {
    const bytes = [8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0];
    const at = (first: number): Promise<unknown> => {
      const view: Part[] = ["(", text("8"), "K", first, "K", 4, "t"];
      return load(legacy(tensorCode({ untyped: true, length: 8, shape: [1], view }), ["7"], bytes));
    };
    expect(((await at(4)) as Tensor).tolist()).toEqual([2]);
    for (const first of [1, 2, 3])
      await expect(at(first)).rejects.toThrow(/begins at byte \d of "7", within an element/);
  });

  test.each<[string, Described]>([
    ["a shape beyond", { shape: [5] }],
    ["an offset beyond", { offset: 3 }],
    ["a negative offset", { offset: -1 }],
    ["a stride beyond", { strides: [4] }],
    ["a negative stride", { strides: [-1] }],
    ["a negative size", { shape: [-2] }],
    ["strides of another rank", { strides: [1, 1] }],
    ["a rank of 65", { shape: Array(65).fill(1), strides: Array(65).fill(1) }],
    ["more elements than can be counted", { shape: [2 ** 30, 2 ** 30], strides: [0, 0] }],
    ["an empty tensor beyond", { shape: [0], offset: 5 }],
    ["a storage that is larger than said", { length: 3 }],
    ["a storage that is smaller than said", { length: 5 }],
    ["bytes as no dtype", { untyped: true, shape: [1], dtype: ["N"] }],
    ["a conjugate", { bits: ["}", text("conj"), 0x88, "s"] }],
  ])("refused: %s", async (_, described) => {
    await expect(load(legacy(tensorCode(described), ["7"], stored))).rejects.toThrow(FormatError);
  });

  test("refused: storages missing, unknown, or twice", async () => {
    const withKeys = (keys: readonly string[]): Uint8Array => legacy(tensorCode({}), keys, [...stored, ...stored]);
    await expect(load(withKeys([]))).rejects.toThrow('need the bytes of every storage; got none for "7"');
    for (const keys of [["8"], ["7", "7"]])
      await expect(load(withKeys(keys))).rejects.toThrow("need the keys of the storages, each once");
  });
});
