/**
 * safetensors: eight bytes with the size of a JSON header, the header, the elements.
 * {@link https://github.com/huggingface/safetensors}; written byte for byte as its own library writes.
 */
import { type DType, Tensor, ValueError } from "@ag/tensor/fn";
import { allDtypes, describeForeign, factsOf, itemSize, tensorOfBytes } from "@ag/tensor/internal";
import { bytesFrom, room, type Source, writeFile } from "./bytes/host.ts";
import { Reader } from "./bytes/reader.ts";
import { bad, beginning, show } from "./errors.ts";
import { metadataOf, setMetadata } from "./metadata.ts";
import { isSize } from "./pth/storage.ts";

const MAX_HEADER = 100_000_000; // the limit of the format's own library
const METADATA = "__metadata__";

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);

/** Whether a value is text that UTF-8 can say: half of a surrogate pair would come back as another character. */
const isText = (x: unknown): x is string => typeof x === "string" && x.isWellFormed();

/** Whether all names and values are text. */
const areTexts = (x: object): boolean => Object.entries(x).flat().every(isText);

function refuse(need: string, got: string, cause?: unknown): never {
  throw bad(need, got, cause, "loadSafetensors");
}

const wrong = (need: string, got: string, hint: string | null = null): ValueError =>
  new ValueError(`saveSafetensors: need ${need}; got ${got}.${hint === null ? "" : ` ${hint}`}`);

/** Whether the bytes begin as a safetensors file does; white space before its header is refused by who reads it. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return " \t\r\n{".includes(String.fromCharCode(bytes[8] ?? 0)) && bytes.subarray(4, 8).every((byte) => byte === 0);
}

function entryOf(name: string, value: unknown): Entry {
  if (!isText(name)) refuse("names of whole characters", show(name));
  if (!isRecord(value)) return refuse(`a description of "${name}"`, show(value));
  const { dtype: code, shape, data_offsets: offsets } = value;
  const dtype = allDtypes.find((known) => factsOf(known).safetensors === code);
  if (dtype === undefined)
    return refuse(
      `a dtype among ${allDtypes.map((known) => factsOf(known).safetensors).join(", ")}`,
      `${show(code)} of "${name}"`,
    );
  if (!Array.isArray(shape) || !shape.every(isSize) || shape.length > 64)
    return refuse(`a shape for "${name}"`, show(shape));
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return refuse(`two offsets for "${name}"`, show(offsets));
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce<number>((product, n: number) => product * n, itemSize(dtype));
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

/** Counts what JSON is made of, outside of its strings: containers, and the names in the two outer levels. */
function partsOf(json: string): { readonly containers: number; readonly names: number } {
  let [containers, names, depth, inText] = [0, 0, 0, false];
  for (let i = 0; i < json.length; i++) {
    const c = json[i]!;
    if (c === '"') inText = !inText;
    else if (inText) i += c === "\\" ? 1 : 0;
    else if (c === "{" || c === "[") {
      containers++;
      depth++;
    } else if (c === "}" || c === "]") depth--;
    else if (c === ":" && depth <= 2) names++;
  }
  return { containers, names };
}

/** The header; refuses what would take much more memory than a file, and names that are there twice. */
function parsed(json: string): Record<string, unknown> {
  const { containers, names } = partsOf(json);
  if (containers > 16 + json.length / 8) refuse("a header of descriptions", `${containers} containers`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(json);
  } catch (cause) {
    return refuse("a JSON object as header", "something else", cause);
  }
  const kept = Object.values(header).reduce<number>((sum, x) => sum + (isRecord(x) ? Object.keys(x).length : 0), 0);
  if (kept + Object.keys(header).length !== names) refuse("every name once", "one of the header twice");
  return header;
}

function headerOf(reader: Reader): Record<string, unknown> {
  const size = reader.u64();
  if (size > MAX_HEADER) refuse(`a header up to ${MAX_HEADER} bytes`, String(size));
  const json = reader.text(size);
  if (!json.startsWith("{")) refuse('a header that begins with "{"', show(json.slice(0, 8)));
  return parsed(json);
}

function metadataIn(header: Record<string, unknown>): Map<string, string> | undefined {
  if (!Object.hasOwn(header, METADATA)) return undefined;
  const given = header[METADATA];
  if (given === null) return undefined; // as the format's own library takes it
  if (!isRecord(given) || !areTexts(given)) return refuse("strings as metadata", "something else");
  return new Map(Object.entries(given as Record<string, string>));
}

/** A file of another kind is not read whole to say so. */
function checkHead(head: Uint8Array, size: number): void {
  if (!isSafetensors(head)) refuse("a safetensors file", beginning(head, size));
}

/** The tensors of a safetensors file that is in memory. */
export function parseSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const reader = new Reader(bytes);
  const header = headerOf(reader);
  const metadata = metadataIn(header);
  const content = bytes.subarray(reader.at);
  const tensors = entriesOf(header, content.length).map(({ name, dtype, shape, begin, end }): [string, Tensor] => [
    name,
    tensorOfBytes(content.subarray(begin, end), dtype, shape),
  ]);
  const map = new Map(tensors);
  if (metadata) setMetadata(map, metadata);
  return map;
}

/**
 * Reads a safetensors file: names → tensors, in the order of the file. `metadataOf(map)` gives its `__metadata__`.
 * Throws {@link FormatError} on a header that is not sound, {@link OutOfMemoryError} when there is no room for the file.
 */
export async function loadSafetensors(source: Source): Promise<Map<string, Tensor>> {
  return parseSafetensors(await bytesFrom(source, checkHead));
}

export interface SafetensorsOptions {
  /** Text to keep beside the tensors; by default what `metadataOf(map)` says, if that is all text. */
  readonly metadata?: Readonly<Record<string, string>>;
}

function metadataFor(
  map: ReadonlyMap<string, Tensor>,
  { metadata, ...others }: SafetensorsOptions,
): Readonly<Record<string, string>> | null {
  for (const key of Object.keys(others))
    throw new ValueError(
      `saveSafetensors: saveSafetensors() got an unexpected keyword argument '${key}': need metadata; got ${key}.`,
    );
  if (metadata === undefined) {
    const own = Object.fromEntries(metadataOf(map) ?? []);
    return Object.keys(own).length > 0 && areTexts(own) ? (own as Record<string, string>) : null;
  }
  if (!isRecord(metadata) || metadata instanceof Map || !areTexts(metadata))
    throw wrong('metadata of text, { name: "value" }', `${isRecord(metadata) ? "other values" : show(metadata)}`);
  return metadata;
}

/** Wide elements come first, so that all are aligned. */
const rank = ({ dtype }: Tensor): number => -allDtypes.indexOf(dtype);

/** By code points, the order of UTF-8: UTF-16 puts what is beyond U+FFFF before U+E000. */
function compare(a: string, b: string): number {
  for (let i = 0; ; i++) {
    const [x, y] = [a.codePointAt(i) ?? -1, b.codePointAt(i) ?? -1];
    if (x !== y || x < 0) return x - y;
  }
}

/** Throws on what would make a file that nobody can read. */
function checkEntries(map: ReadonlyMap<string, Tensor>): void {
  if (!(map instanceof Map)) throw wrong("a Map of names to tensors", show(map));
  for (const [name, x] of map) {
    if (!isText(name) || name === METADATA) throw wrong(`names that are text, not "${METADATA}"`, show(name));
    if (!(x instanceof Tensor)) throw wrong("tensors", `${typeof x} at ${show(name)}`, describeForeign(x));
  }
}

/**
 * The bytes of a safetensors file, as its own library would write them: widest elements first, then by name.
 * Throws {@link ValueError} on anything but tensors, and on names and metadata that nobody could read.
 */
export function safetensorsBytes(
  map: ReadonlyMap<string, Tensor>,
  options: SafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  checkEntries(map);
  if (!isRecord(options)) throw wrong("an object of options, { metadata }", show(options));
  const metadata = metadataFor(map, options);
  const sorted = [...map].sort(([a, x], [b, y]) => rank(x) - rank(y) || compare(a, b));
  const contents = sorted.map(([, x]) => x.rawBytes());
  let end = 0;
  const entries = sorted.map(([name, { dtype, shape }], i): [string, unknown] => {
    const begin = end;
    end += contents[i]!.length;
    return [name, { dtype: factsOf(dtype).safetensors, shape, data_offsets: [begin, end] }];
  });
  const parts = [...(metadata ? [[METADATA, metadata] as const] : []), ...entries];
  const json = `{${parts.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;
  const header = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  if (start - 8 > MAX_HEADER) throw wrong(`names and metadata in ${MAX_HEADER} bytes`, `${start - 8}`);
  const bytes = room(start + end, "saveSafetensors", "the file");
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
 * Writes named tensors as a safetensors file, whole or not at all; without a path it gives the bytes. Tensors that share
 * memory are written apart. PyTorch reads the file with `safetensors.torch.load_file`.
 *
 * Throws {@link ValueError} on anything but tensors, and on names and metadata that nobody could read.
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
