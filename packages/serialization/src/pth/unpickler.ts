/**
 * A strict reader of pickles, after torch's weights-only unpickler: a machine with a stack and a memo that executes
 * nothing and knows only the globals of `globals.ts`. dict → Map, list and tuple → array, set → Set, None → null,
 * int → number, or bigint beyond 2^53, float → number, str → string, bytes → Uint8Array.
 */
import { Tensor } from "@ag/tensor/fn";
import type { Reader } from "../bytes/reader.ts";
import { type UnpicklingError, unsafe } from "../errors.ts";
import { metadataOf, setMetadata } from "../metadata.ts";
import { Callable, type Caller, checkKey, globalNamed, StorageType, type Surroundings } from "./globals.ts";
import { StorageRef } from "./storage.ts";

const MAX_NAME = 256;
const MAX_MARKS = 1000;
const MAX_DEPTH = 1000;
/**
 * What one pickle may make, in units of 32 bytes of a JavaScript engine: 512 MiB. A tensor of a state dict costs about
 * 100 with its name; one opcode, which is one byte, costs up to 9.
 */
const BUDGET = 2 ** 24;

class Machine implements Caller {
  readonly reader: Reader;
  readonly #surroundings: Surroundings;
  readonly #stack: unknown[] = [];
  /** Heights of the stack above which a MARK has put items. */
  readonly #marks: number[] = [];
  readonly memo: Map<number, unknown> = new Map();
  #budget: number;

  constructor(reader: Reader, surroundings: Surroundings, budget: number) {
    this.reader = reader;
    this.#surroundings = surroundings;
    this.#budget = budget;
  }

  /** An error that says where. */
  error(need: string, got: string): UnpicklingError {
    return unsafe(need, `${got}, at byte ${this.reader.at} of the pickle`);
  }

  spend(units: number): void {
    this.#budget -= units;
    if (this.#budget < 0) throw this.error(`what fits in ${BUDGET * 32} bytes of memory`, "more than weights");
  }

  /** Puts a new object on the stack. */
  make(object: object): void {
    this.spend(costOf(object));
    this.push(object);
  }

  push(item: unknown): void {
    this.#stack.push(item);
  }

  #checkHeight(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.error("an item on the stack", "an empty stack");
  }

  pop(): unknown {
    this.#checkHeight();
    return this.#stack.pop();
  }

  top(): unknown {
    this.#checkHeight();
    return this.#stack.at(-1);
  }

  mark(): void {
    if (this.#marks.length >= MAX_MARKS) throw this.error(`nesting up to ${MAX_MARKS}`, "deeper");
    this.#marks.push(this.#stack.length);
  }

  /** The items above the last mark. */
  popMark(): unknown[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.error("a mark on the stack", "none");
    return this.#stack.splice(height);
  }

  /** Takes the last items off as a tuple. */
  tuple(size: number): void {
    const items = Array.from({ length: size }, () => this.pop());
    this.make(items.reverse());
  }

  memoize(index: number): void {
    this.spend(2);
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const item = this.memo.get(index);
    if (item === undefined) throw this.error("an item in the memo", `nothing at ${index}`);
    this.push(item);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.error("a list to append to", "something else");
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2)
      throw this.error("a dict and pairs to put into it", "something else");
    for (let i = 0; i < items.length; i += 2) {
      checkKey(items[i]);
      dict.set(items[i], items[i + 1]);
    }
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw this.error("a set to add to", "something else");
    for (const item of items) {
      checkKey(item);
      set.add(item);
    }
  }

  /** The only call there is: a global of the list on a tuple. */
  reduce(): void {
    const args = this.pop();
    const callable = this.pop();
    if (!(callable instanceof Callable) || !Array.isArray(args))
      throw this.error("a known function and a tuple to call it with", "something else");
    const made = callable.call(args, this);
    if (typeof made === "object" && made !== null) this.spend(costOf(made));
    this.push(made);
  }

  /** The only state there is: attributes of an OrderedDict, of which `_metadata` is kept. */
  build(): void {
    const state = this.pop();
    const dict = this.top();
    if (!(dict instanceof Map) || !(state instanceof Map)) throw this.error("the state of an OrderedDict", "another");
    const metadata: unknown = state.get("_metadata");
    if (metadata instanceof Map) setMetadata(dict, metadata);
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") throw this.error("a global's name", "something else");
    this.push(globalNamed(module, name));
  }

  globalLine(): void {
    const module = this.reader.line(MAX_NAME);
    this.global(module, this.reader.line(MAX_NAME));
  }

  persistent(): void {
    const id = this.pop();
    if (!Array.isArray(id)) throw this.error("the id of a storage", "something else");
    this.push(this.storage(id));
  }

  storage(id: readonly unknown[]): StorageRef {
    return this.#surroundings.storage(id);
  }

  tensor(...args: Parameters<Surroundings["tensor"]>): ReturnType<Surroundings["tensor"]> {
    return this.#surroundings.tensor(...args);
  }

  parameter(x: unknown, requiresGrad: boolean): unknown {
    return this.#surroundings.parameter(x, requiresGrad);
  }
}

/** Measured on V8, rounded up: Maps and Sets come with room for entries, bytes and tensors with what owns their memory. */
const costOf = (object: object): number => (Array.isArray(object) ? 2 : object instanceof Tensor ? 16 : 8);

/** A signed little-endian integer of any size. */
function long(bytes: Uint8Array): number | bigint {
  let hex = "";
  for (const byte of bytes) hex = byte.toString(16).padStart(2, "0") + hex;
  const value = hex === "" ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

const STOP = 0x2e;

/** What each opcode does (Python's `pickletools` documents them); the absent ones are refused. */
const opcodes: Readonly<Record<number, (m: Machine) => void>> = {
  40: (m) => m.mark(), // MARK
  41: (m) => m.make([]), // EMPTY_TUPLE
  66: (m) => m.make(m.reader.take(m.reader.u32()).slice()), // BINBYTES
  67: (m) => m.make(m.reader.take(m.reader.u8()).slice()), // SHORT_BINBYTES
  71: (m) => m.push(m.reader.f64BigEndian()), // BINFLOAT
  74: (m) => m.push(m.reader.i32()), // BININT
  75: (m) => m.push(m.reader.u8()), // BININT1
  77: (m) => m.push(m.reader.u16()), // BININT2
  78: (m) => m.push(null), // NONE
  81: (m) => m.persistent(), // BINPERSID
  82: (m) => m.reduce(), // REDUCE
  84: (m) => m.push(m.reader.text(m.reader.u32())), // BINSTRING
  85: (m) => m.push(m.reader.text(m.reader.u8())), // SHORT_BINSTRING
  88: (m) => m.push(m.reader.text(m.reader.u32())), // BINUNICODE
  93: (m) => m.make([]), // EMPTY_LIST
  97: (m) => m.append([m.pop()]), // APPEND
  98: (m) => m.build(), // BUILD
  99: (m) => m.globalLine(), // GLOBAL
  101: (m) => m.append(m.popMark()), // APPENDS
  104: (m) => m.recall(m.reader.u8()), // BINGET
  106: (m) => m.recall(m.reader.u32()), // LONG_BINGET
  113: (m) => m.memoize(m.reader.u8()), // BINPUT
  114: (m) => m.memoize(m.reader.u32()), // LONG_BINPUT
  115: (m) => m.setItems([m.pop(), m.pop()].reverse()), // SETITEM
  116: (m) => m.make(m.popMark()), // TUPLE
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  125: (m) => m.make(new Map()), // EMPTY_DICT
  128: (m) => checkProtocol(m), // PROTO
  129: (m) => m.reduce(), // NEWOBJ
  133: (m) => m.tuple(1), // TUPLE1
  134: (m) => m.tuple(2), // TUPLE2
  135: (m) => m.tuple(3), // TUPLE3
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  138: (m) => m.push(long(m.reader.take(m.reader.u8()))), // LONG1
  140: (m) => m.push(m.reader.text(m.reader.u8())), // SHORT_BINUNICODE
  141: (m) => m.push(m.reader.text(m.reader.u64())), // BINUNICODE8
  143: (m) => m.make(new Set()), // EMPTY_SET
  144: (m) => m.addItems(m.popMark()), // ADDITEMS
  147: (m) => m.global(...([m.pop(), m.pop()].reverse() as [unknown, unknown])), // STACK_GLOBAL
  148: (m) => m.memoize(m.memo.size), // MEMOIZE
  149: (m) => void m.reader.u64(), // FRAME
};

function checkProtocol(m: Machine): void {
  const protocol = m.reader.u8();
  if (protocol < 2 || protocol > 5) throw m.error("pickle protocol 2 to 5", String(protocol));
}

/** What a value holds, its metadata included. */
function itemsOf(value: object): Iterable<unknown>[] {
  if (value instanceof Map) return [value.keys(), value.values(), [metadataOf(value)]];
  return Array.isArray(value) || value instanceof Set ? [value] : [];
}

/**
 * How many levels a value has. Throws if it contains one of the machine's own objects, or is nested too deeply to be
 * walked by recursion: by any way, as what was met before at a smaller depth counts with its levels.
 */
function checkResult(value: unknown, depth = 0, known: Map<object, number> = new Map()): number {
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Callable || value instanceof StorageRef || value instanceof StorageType)
    throw unsafe("tensors, containers, numbers and strings", "a bare class or storage");
  let levels = known.get(value) ?? 0;
  if (depth + levels > MAX_DEPTH) throw unsafe(`nesting up to ${MAX_DEPTH}`, "deeper");
  if (known.has(value)) return levels;
  known.set(value, 0); // a cycle ends here
  for (const items of itemsOf(value))
    for (const item of items) levels = Math.max(levels, 1 + checkResult(item, depth + 1, known));
  known.set(value, levels);
  return levels;
}

/** Reads one pickle; the reader then stands behind it. Throws FormatError on anything unexpected. */
export function unpickle(reader: Reader, surroundings: Surroundings, budget: number = BUDGET): unknown {
  const machine = new Machine(reader, surroundings, budget);
  for (let code = reader.u8(); code !== STOP; code = reader.u8()) {
    machine.spend(1);
    const operation = opcodes[code];
    if (operation === undefined) throw machine.error("an opcode of weights", `0x${code.toString(16)}`);
    operation(machine);
  }
  const result = machine.pop();
  checkResult(result);
  return result;
}
