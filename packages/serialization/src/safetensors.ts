/**
 * safetensors: eight bytes with the size of a JSON header, the header, the elements.
 * {@link https://github.com/huggingface/safetensors}; written byte for byte as its own library writes.
 */
import { type DType, fromBytes, Tensor, ValueError } from "@ag/tensor/fn";
import { FormatError, show } from "./errors.ts";
import { bytesFrom, type Source, writeFile } from "./host.ts";
import { metadataOf, setMetadata } from "./metadata.ts";
import { Reader } from "./reader.ts";
import { isSize, itemSizes } from "./storage.ts";

const MAX_HEADER = 100_000_000; // the limit of the format's own library
const METADATA = "__metadata__";
const names: Readonly<Record<DType, string>> = {
  int64: "I64",
  float64: "F64",
  float32: "F32",
  int32: "I32",
  bfloat16: "BF16",
  float16: "F16",
  uint8: "U8",
  bool: "BOOL",
};
/** In the order in which a file has them: wide elements first, so that all are aligned. */
const order: readonly DType[] = Object.keys(names) as DType[];

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);

function refuse(need: string, got: string): never {
  throw new FormatError(`loadSafetensors: need ${need}; got ${got}.`);
}

/** Whether the bytes begin as a safetensors file does. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

function entryOf(name: string, value: unknown): Entry {
  if (!isRecord(value)) return refuse(`a description of "${name}"`, show(value));
  const { dtype: code, shape, data_offsets: offsets } = value;
  const dtype = order.find((known) => names[known] === code);
  if (dtype === undefined)
    return refuse(`a dtype among ${Object.values(names).join(", ")}`, `${show(code)} of "${name}"`);
  if (!Array.isArray(shape) || !shape.every(isSize) || shape.length > 64)
    return refuse(`a shape for "${name}"`, show(shape));
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return refuse(`two offsets for "${name}"`, show(offsets));
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce<number>((product, n: number) => product * n, itemSizes[dtype]);
  if (end - begin !== size) return refuse(`${size} bytes for "${name}"`, `offsets ${begin} to ${end}`);
  return { name, dtype, shape, begin, end };
}

/** The tensors in the order of their bytes, which they fill without gap or overlap. */
function entriesOf(header: Record<string, unknown>, size: number): Entry[] {
  const entries = Object.entries(header).flatMap(([name, value]) => (name === METADATA ? [] : [entryOf(name, value)]));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) refuse(`"${name}" to begin at byte ${at}, where the one before ends`, String(begin));
    at = end;
  }
  if (at !== size) refuse(`${at} bytes of elements`, `${size}${size < at ? ". The file is truncated" : ""}`);
  return entries;
}

function headerOf(reader: Reader): Record<string, unknown> {
  const size = reader.u64();
  if (size > MAX_HEADER) refuse(`a header up to ${MAX_HEADER} bytes`, String(size));
  const text = reader.text(size);
  try {
    const header: unknown = JSON.parse(text);
    return isRecord(header) ? header : refuse("a JSON object as header", typeof header);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError("loadSafetensors: need a JSON object as header; got something else.", { cause: error });
  }
}

function metadataIn(header: Record<string, unknown>): Map<string, string> | undefined {
  if (!Object.hasOwn(header, METADATA)) return undefined;
  const given = header[METADATA];
  if (!isRecord(given) || !Object.values(given).every((value) => typeof value === "string"))
    return refuse("strings as metadata", "something else");
  return new Map(Object.entries(given as Record<string, string>));
}

/** The tensors of a safetensors file that is in memory. */
export function parseSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const reader = new Reader(bytes);
  const header = headerOf(reader);
  const metadata = metadataIn(header);
  const content = bytes.subarray(reader.at);
  const tensors = entriesOf(header, content.length).map(({ name, dtype, shape, begin, end }): [string, Tensor] => [
    name,
    fromBytes(content.subarray(begin, end), dtype, shape),
  ]);
  const map = new Map(tensors);
  if (metadata) setMetadata(map, metadata);
  return map;
}

/**
 * Reads a safetensors file: names → tensors, in the order of the file. `metadataOf(map)` gives its `__metadata__`.
 * Throws {@link FormatError} on a header that is not sound.
 */
export async function loadSafetensors(source: Source): Promise<Map<string, Tensor>> {
  return parseSafetensors(await bytesFrom(source));
}

export interface SafetensorsOptions {
  /** Text to keep beside the tensors; by default what `metadataOf(map)` says, if that is all text. */
  readonly metadata?: Readonly<Record<string, string>>;
}

function metadataFor(
  map: ReadonlyMap<string, Tensor>,
  { metadata }: SafetensorsOptions,
): Record<string, string> | null {
  if (metadata) return { ...metadata };
  const own = Object.fromEntries(metadataOf(map) ?? []);
  const isText = Object.values(own).every((value) => typeof value === "string");
  return isText && Object.keys(own).length > 0 ? (own as Record<string, string>) : null;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The bytes of a safetensors file, as its own library would write them: widest elements first, then by name.
 * Throws {@link ValueError} on anything but tensors.
 */
export function safetensorsBytes(
  map: ReadonlyMap<string, Tensor>,
  options: SafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, x] of map)
    if (!(x instanceof Tensor)) throw new ValueError(`saveSafetensors: need tensors; got ${typeof x} at "${name}".`);
  const sorted = [...map].sort(([a, x], [b, y]) => order.indexOf(x.dtype) - order.indexOf(y.dtype) || compare(a, b));
  const contents = sorted.map(([, x]) => x.rawBytes());
  let end = 0;
  const entries = sorted.map(([name, { dtype, shape }], i): [string, unknown] => {
    const begin = end;
    end += contents[i]!.length;
    return [name, { dtype: names[dtype], shape, data_offsets: [begin, end] }];
  });
  const metadata = metadataFor(map, options);
  const parts = [...(metadata ? [[METADATA, metadata] as const] : []), ...entries];
  const json = `{${parts.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;
  const header = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8 + header.length, start);
  bytes.set(header, 8);
  let at = start;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/**
 * Writes named tensors as a safetensors file; without a path it gives the bytes. Tensors that share memory are written
 * apart. Throws {@link ValueError} on anything but tensors: PyTorch reads the file with `safetensors.torch.load_file`.
 */
export function saveSafetensors(
  map: ReadonlyMap<string, Tensor>,
  path?: undefined,
  options?: SafetensorsOptions,
): Promise<Uint8Array<ArrayBuffer>>;
export function saveSafetensors(
  map: ReadonlyMap<string, Tensor>,
  path: string | URL,
  options?: SafetensorsOptions,
): Promise<void>;
export async function saveSafetensors(
  map: ReadonlyMap<string, Tensor>,
  path?: string | URL,
  options: SafetensorsOptions = {},
): Promise<unknown> {
  const bytes = safetensorsBytes(map, options);
  return path === undefined ? bytes : writeFile(path, bytes);
}
