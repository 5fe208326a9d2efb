import { FormatError, load, UnpicklingError } from "@ag/serialization";
import type { Tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { Reader } from "#src/reader";
import { noTensors } from "#src/surroundings";
import { unpickle } from "#src/unpickler";

type Part = string | number | readonly number[];

/** Bytes of opcodes: text as ASCII, numbers as they are. */
const code = (...parts: readonly Part[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((x) => (typeof x === "string" ? Array.from(x, (c) => c.charCodeAt(0)) : x)));
const text = (x: string): number[] => [...code("X", [x.length, 0, 0, 0], x)];
const TUPLE1 = 0x85;
const TUPLE2 = 0x86;

const read = (...parts: readonly Part[]): unknown =>
  unpickle(new Reader(code(...parts)), {
    ...noTensors,
    storage: () => {
      throw new FormatError("no storages here");
    },
  });

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
    ["an unknown opcode", ["i."]],
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
    ["protocol 6", [0x80, 6, "N."]],
    ["a string beyond the end", ["X", [255, 255, 255, 127], "x."]],
    ["a name without end", ["cos"]],
    ["no end", ["N"]],
    ["deep nesting", [")", Array<number>(5000).fill(TUPLE1), "."]],
    ["deep marks", [Array<number>(5000).fill(40), "."]],
    ["a persistent id of text", [text("storage"), "Q."]],
    ["a device of a container", ["ctorch\ndevice\n]", TUPLE1, "R."]],
  ])("%s", (_, parts) => {
    expect(() => read(...parts)).toThrow(FormatError);
  });

  test("copies of copies", () => {
    const pairs = ["](", Array.from({ length: 100 }, () => [...code("N", "N", TUPLE2)]).flat(), "eq", 1, "0".slice(1)];
    const copy = [...code("ccollections\nOrderedDict\nh", 1, TUPLE1, "R")];
    expect(() => read(...pairs, Array.from({ length: 10000 }, () => copy).flat(), ".")).not.toThrow(RangeError);
    const cheap = [...code("h", 2, "h", 1, TUPLE1, "R")];
    const flood = ["ccollections\nOrderedDict\nq", 2, ...pairs, Array.from({ length: 10000 }, () => cheap).flat(), "."];
    expect(() => read(...flood)).toThrow(/copies of copies/);
  });

  test("a name is quoted in the message", () => {
    expect(() => read("cos\nsystem\n.")).toThrow(UnpicklingError);
    expect(() => read("cos\nsystem\n.")).toThrow(/^load: need .*; got global "os\.system"/);
  });
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

interface Described {
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
  readonly length?: number;
  readonly view?: Part[];
}

/** A pickled tensor of uint8 on a storage "7". */
function tensorCode({ offset = 0, shape = [2], strides = [1], length = 4, view = ["N"] }: Described): Uint8Array {
  const tuple = (items: readonly number[]): number[] => [
    40,
    ...items.flatMap((x) => [74, x, x >> 8, x >> 16, x >> 24]),
    116,
  ];
  return code(
    "ctorch._utils\n_rebuild_tensor_v2\n((",
    text("storage"),
    "ctorch\nByteStorage\n",
    text("7"),
    text("cpu"),
    ["K".charCodeAt(0), length],
    ...view,
    "tQJ",
    [offset, offset >> 8, offset >> 16, offset >> 24],
    tuple(shape),
    tuple(strides),
    [0x89],
    "NtR.",
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
    ["a storage of another size", { length: 5 }],
  ])("refused: %s", async (_, described) => {
    await expect(load(legacy(tensorCode(described), ["7"], stored))).rejects.toThrow(FormatError);
  });

  test("refused: storages missing, unknown, or twice", async () => {
    for (const keys of [[], ["8"], ["7", "7"]])
      await expect(load(legacy(tensorCode({}), keys, [...stored, ...stored]))).rejects.toThrow(FormatError);
  });
});
