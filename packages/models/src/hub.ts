/**
 * Files of weights from the net, kept as `torch.hub` keeps them: in the same folder under the same names, so both share
 * what was downloaded. In a browser, which has no folders, the Cache API keeps them by their URL.
 */
import { load } from "@ag/serialization/fn";
import { Tensor, ValueError } from "@ag/tensor/fn";
import { aFlag, aFunction, aNumber, aText, type Kind, need, type Takes } from "@ag/tensor/internal";
import { checkDigest, checkedPrefix, chunksOf, type DownloadOptions } from "./download.ts";

export { DownloadError, type DownloadFailure, type DownloadOptions } from "./download.ts";

const CACHE = "@ag/models";

export interface HubOptions extends Omit<DownloadOptions, "hashPrefix" | "progress"> {
  /** Told the bytes so far, and the total if known; `true` (the default) shows them where there is a terminal. */
  readonly progress?: boolean | DownloadOptions["progress"];
  /** Where files are kept; by default `checkpoints` in {@link getDir}. Browsers keep them in their cache instead. */
  readonly modelDir?: string | undefined;
  /** The file's name there; by default the last part of the URL. */
  readonly fileName?: string | undefined;
  /** Compares the SHA-256 with the digits in the name, as in `resnet18-f37072fd.pth`, of files already there too. */
  readonly checkHash?: boolean | undefined;
}

const aUrl: Kind = { word: "URL", ok: (x) => (typeof x === "string" || x instanceof URL) && URL.canParse(x) };
const aSignal: Kind = { word: "AbortSignal", ok: (x) => x instanceof AbortSignal };
const hubOptions: Takes = {
  progress: [aFlag, aFunction],
  modelDir: aText,
  fileName: aText,
  checkHash: aFlag,
  signal: aSignal,
  timeout: aNumber,
};
const downloadOptions: Takes = { hashPrefix: aText, progress: aFunction, signal: aSignal, timeout: aNumber };

interface NodeParts {
  readonly fs: typeof import("node:fs/promises");
  readonly path: typeof import("node:path");
  readonly os: typeof import("node:os");
  readonly crypto: typeof import("node:crypto");
}

/** Node's modules; undefined in a browser. Not imported, so that bundles for browsers need no replacement for them. */
function nodeParts(): NodeParts | undefined {
  if (typeof process === "undefined" || process.getBuiltinModule === undefined) return undefined;
  return {
    fs: process.getBuiltinModule("node:fs/promises"),
    path: process.getBuiltinModule("node:path"),
    os: process.getBuiltinModule("node:os"),
    crypto: process.getBuiltinModule("node:crypto"),
  };
}

function nodeFor(op: string): NodeParts {
  const parts = nodeParts();
  if (parts === undefined) throw new Error(`${op}: need a file system; got a browser, which has none.`);
  return parts;
}

let chosenDir: string | null = null;

/** Chooses the folder of the hub for this process; null for the usual one. */
export function setDir(dir: string | null): void {
  need("setDir", { dir: [aText, null] }, dir);
  chosenDir = dir;
}

/**
 * The folder of the hub: what {@link setDir} chose, else `hub` in `$TORCH_HOME`, which is by default `torch` in
 * `$XDG_CACHE_HOME`, which is by default `~/.cache`. Throws in browsers.
 */
export function getDir(): string {
  const { path, os } = nodeFor("getDir");
  const expanded = (dir: string): string => dir.replace(/^~(?=$|[/\\])/, () => os.homedir());
  if (chosenDir !== null) return expanded(chosenDir);
  const { TORCH_HOME, XDG_CACHE_HOME } = process.env;
  return path.join(expanded(TORCH_HOME || path.join(XDG_CACHE_HOME || "~/.cache", "torch")), "hub");
}

/**
 * Downloads a file beside its place and moves it there when it is whole and right. Node only.
 * Throws {@link DownloadError}, then nothing is left behind.
 */
export async function downloadUrlToFile(url: string | URL, path: string, options: DownloadOptions = {}): Promise<void> {
  need("downloadUrlToFile", { url: aUrl, path: aText, options: downloadOptions }, url, path, options);
  const { fs, crypto } = nodeFor("downloadUrlToFile");
  const prefix = checkedPrefix(options.hashPrefix);
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  const hash = crypto.createHash("sha256");
  try {
    const file = await fs.open(partial, "wx");
    try {
      for await (const { bytes, received, total } of chunksOf(String(url), options)) {
        hash.update(bytes);
        await file.appendFile(bytes);
        options.progress?.(received, total);
      }
    } finally {
      await file.close();
    }
    checkDigest(hash.digest("hex"), prefix, String(url));
    await fs.rename(partial, path);
  } finally {
    await fs.rm(partial, { force: true });
  }
}

/** The name under which a file is kept: never a path. */
function nameOf(url: URL, fileName: string | undefined): string {
  const name = fileName ?? url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
    throw new ValueError(`loadStateDictFromUrl: need the name of a file; got "${name}". Pass fileName.`);
  return name;
}

/** The digits between the last dash and the dot behind it. */
function hashIn(name: string): string {
  const prefix = /-([0-9a-f]{8,64})\.[^-]*$/.exec(name)?.[1];
  if (prefix === undefined)
    throw new ValueError(
      "loadStateDictFromUrl: need a name with 8 or more digits of the SHA-256, as in " +
        `"resnet18-f37072fd.pth"; got "${name}". Leave out checkHash to load it unchecked.`,
    );
  return prefix;
}

/** One line on the terminal, written again and again. */
function showOnTerminal(received: number, total: number | undefined): void {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const of = total === undefined ? "" : ` of ${megabytes(total)}`;
  process.stderr.write(`\r${megabytes(received)}${of}${received === total ? "\n" : ""}`);
}

function progressOf(asked: HubOptions["progress"]): DownloadOptions["progress"] {
  if (typeof asked === "function") return asked;
  const hasTerminal = typeof process !== "undefined" && process.stderr?.isTTY;
  return asked !== false && hasTerminal ? showOnTerminal : undefined;
}

interface Order extends Omit<DownloadOptions, "hashPrefix"> {
  readonly url: string;
  readonly name: string;
  readonly prefix: string | undefined;
}

/** The path of the file, which is there afterwards. */
async function inFolder({ url, name, prefix, ...options }: Order, modelDir: string | undefined): Promise<string> {
  const { fs, path, crypto } = nodeFor("loadStateDictFromUrl");
  const folder = modelDir ?? path.join(getDir(), "checkpoints");
  const file = path.join(folder, name);
  await fs.mkdir(folder, { recursive: true });
  const kept = await fs.stat(file).catch(() => null);
  if (kept === null) {
    console.log(`Downloading: "${url}" to ${file}`);
    await downloadUrlToFile(url, file, { ...options, hashPrefix: prefix });
  } else if (prefix !== undefined) {
    const digest = crypto
      .createHash("sha256")
      .update(await fs.readFile(file))
      .digest("hex");
    if (!digest.startsWith(prefix)) await fs.rm(file); // it would be wrong for ever
    checkDigest(digest, prefix, url);
  }
  return file;
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (globalThis.crypto?.subtle === undefined)
    throw new Error("loadStateDictFromUrl: need a secure context (https) for checkHash; got a page without.");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of the file, which is in the browser's cache afterwards, where there is one. */
async function inCache({ url, prefix, ...options }: Order): Promise<Uint8Array> {
  const cache = typeof caches === "undefined" ? undefined : await caches.open(CACHE);
  const kept = await cache?.match(url);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  if (kept) parts.push(new Uint8Array(await kept.arrayBuffer()));
  else {
    console.log(`Downloading: "${url}" to the cache ${CACHE}`);
    for await (const { bytes, received, total } of chunksOf(url, options)) {
      parts.push(bytes as Uint8Array<ArrayBuffer>);
      options.progress?.(received, total);
    }
  }
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  if (prefix !== undefined) {
    const digest = await digestOf(bytes);
    if (!digest.startsWith(prefix)) await cache?.delete(url);
    checkDigest(digest, prefix, url);
  }
  if (!kept) await cache?.put(url, new Response(bytes));
  return bytes;
}

/**
 * The state dict in a file of the net, downloaded once: names → tensors on the CPU.
 * Throws {@link DownloadError} when it cannot be had or its hash is wrong, FormatError when it cannot be read,
 * {@link ValueError} when `checkHash` finds no hash in the name.
 */
export async function loadStateDictFromUrl(url: string | URL, options: HubOptions = {}): Promise<Map<string, Tensor>> {
  need("loadStateDictFromUrl", { url: aUrl, options: hubOptions }, url, options);
  const parsed = new URL(url);
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:")
    throw new ValueError(`loadStateDictFromUrl: need http or https; got "${url}". Use load for files.`);
  const name = nameOf(parsed, options.fileName);
  const { modelDir, signal, timeout } = options;
  const prefix = options.checkHash ? hashIn(name) : undefined;
  const order: Order = { url: String(url), name, prefix, signal, timeout, progress: progressOf(options.progress) };
  const loaded = await load(nodeParts() ? await inFolder(order, modelDir) : await inCache(order));
  if (!(loaded instanceof Map) || ![...loaded.values()].every((x) => x instanceof Tensor))
    throw new ValueError(`loadStateDictFromUrl: need a state dict; got something else in "${url}". Use load.`);
  return loaded as Map<string, Tensor>;
}
