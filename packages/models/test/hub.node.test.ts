import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DownloadError, downloadUrlToFile, getDir, loadStateDictFromUrl, resnet18, setDir } from "@ag/models";
import { FormatError, safetensorsBytes } from "@ag/serialization";
import { tensor, ValueError } from "@ag/tensor";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";

const file = safetensorsBytes(new Map([["w", tensor([1, 2, 3])]]));
const digest = createHash("sha256").update(file).digest("hex");
const rightName = `weights-${digest.slice(0, 8)}.pth`;
const wrongName = `weights-${"0".repeat(8)}.pth`;

let folder = "";
let said: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-"));
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  setDir(null);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A server on this machine; gives its address and counts requests. */
async function serve(
  answer: RequestListener = (_, response) => response.end(file),
): Promise<{ at: string; count: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { at: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

const failure = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((reason: unknown) => reason);

describe("the folder", () => {
  test("is chosen as torch.hub chooses it", () => {
    vi.stubEnv("TORCH_HOME", undefined);
    vi.stubEnv("XDG_CACHE_HOME", undefined);
    expect(getDir()).toBe(join(homedir(), ".cache", "torch", "hub"));
    vi.stubEnv("XDG_CACHE_HOME", "/cache");
    expect(getDir()).toBe(join("/cache", "torch", "hub"));
    vi.stubEnv("TORCH_HOME", "~/torch");
    expect(getDir()).toBe(join(homedir(), "torch", "hub"));
    setDir("/chosen");
    expect(getDir()).toBe("/chosen");
  });

  test("holds checkpoints under the last part of the URL, downloaded once", async () => {
    setDir(join(folder, "hub"));
    const { at, count } = await serve();
    const url = `${at}/models/${rightName}?x=1`;
    const first = await loadStateDictFromUrl(url);
    expect(first.get("w")!.tolist()).toEqual([1, 2, 3]);
    await loadStateDictFromUrl(url, { checkHash: true });
    await loadStateDictFromUrl(url);
    expect(count()).toBe(1);
    const kept = join(folder, "hub", "checkpoints");
    expect(readdirSync(kept)).toEqual([rightName]);
    expect(said).toEqual([`Downloading: "${url}" to ${join(kept, rightName)}`]);
  });

  test("and the name can be given, but no path", async () => {
    const { at, count } = await serve();
    await loadStateDictFromUrl(`${at}/`, { modelDir: folder, fileName: "mine.pth" });
    expect(readdirSync(folder)).toEqual(["mine.pth"]);
    for (const fileName of ["../x.pth", "", "..", "a\\b"])
      await expect(loadStateDictFromUrl(`${at}/x`, { modelDir: folder, fileName })).rejects.toThrow(/name of a file/);
    await expect(loadStateDictFromUrl(`${at}/`, { modelDir: folder })).rejects.toThrow(/name of a file/);
    expect(count()).toBe(1);
  });
});

describe("the hash", () => {
  test("in the name is that of the file", async () => {
    const { at } = await serve();
    const loaded = await loadStateDictFromUrl(`${at}/${rightName}`, { modelDir: folder, checkHash: true });
    expect(loaded.size).toBe(1);
  });

  test("if wrong, leaves nothing behind", async () => {
    const { at } = await serve();
    const error = await failure(loadStateDictFromUrl(`${at}/${wrongName}`, { modelDir: folder, checkHash: true }));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ failure: "hash" });
    expect(String(error)).toContain(`invalid hash value (expected "00000000", got "${digest}")`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of a network's weights is always checked", async () => {
    vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(file));
    const error = await failure(resnet18({ weights: "DEFAULT", modelDir: folder }));
    expect(error).toMatchObject({ failure: "hash" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("given to a download has 8 digits at least", async () => {
    const { at, count } = await serve();
    for (const hashPrefix of ["", "1234567", "0123456g"])
      await expect(downloadUrlToFile(`${at}/x`, join(folder, "x"), { hashPrefix })).rejects.toThrow(/8 to 64 digits/);
    expect(count()).toBe(0);
  });

  test("of a file already there is checked too", async () => {
    const { at, count } = await serve();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, rightName), "damaged");
    const url = `${at}/${rightName}`;
    const error = await failure(loadStateDictFromUrl(url, { modelDir: folder, checkHash: true }));
    expect(String(error)).toContain(`invalid hash value (expected "${digest.slice(0, 8)}", got "`);
    expect(readdirSync(folder)).toEqual([]);
    expect(count()).toBe(0);
    await loadStateDictFromUrl(url, { modelDir: folder, checkHash: true });
    expect(count()).toBe(1);
  });

  test.each(["weights.pth", "weights-.pth", "weights-abc.pth", "weights-0123456.pth", "weights-0123456789"])(
    "%s has none to check",
    async (name) => {
      const { at, count } = await serve();
      const options = { modelDir: folder, checkHash: true };
      await expect(loadStateDictFromUrl(`${at}/${name}`, options)).rejects.toThrow(/8 or more digits/);
      expect(count()).toBe(0);
    },
  );
});

describe("failures", () => {
  const fails = async (answer: RequestListener, options = {}): Promise<unknown> => {
    const { at } = await serve(answer);
    const error = await failure(loadStateDictFromUrl(`${at}/x.pth`, { modelDir: folder, ...options }));
    expect(readdirSync(folder)).toEqual([]);
    return error;
  };

  test("an answer that is no success", async () => {
    const error = await fails((_, response) => response.writeHead(404).end("no"));
    expect(error).toMatchObject({ name: "DownloadError", failure: "status", status: 404 });
  });

  test("no connection", async () => {
    const error = await failure(loadStateDictFromUrl("http://127.0.0.1:1/x.pth", { modelDir: folder }));
    expect(error).toMatchObject({ name: "DownloadError", failure: "offline", url: "http://127.0.0.1:1/x.pth" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a timeout of 0 is none", async () => {
    const { at } = await serve((_, response) => void setTimeout(() => response.end(file), 50));
    const state = await loadStateDictFromUrl(`${at}/x.pth`, { modelDir: folder, timeout: 0 });
    expect(state.get("w")!.tolist()).toEqual([1, 2, 3]);
  });

  test("silence before and within the answer", async () => {
    const never = await fails(() => undefined, { timeout: 50 });
    expect(never).toMatchObject({ failure: "timeout" });
    const stuck = await fails((_, response) => void response.write("some"), { timeout: 50 });
    expect(stuck).toMatchObject({ failure: "timeout" });
  });

  test("an early end", async () => {
    const error = await fails((_, response) => {
      response.writeHead(200, { "content-length": file.length });
      response.write(file.subarray(0, 10), () => response.destroy());
    });
    expect(error).toMatchObject({ failure: "truncated" });
  });

  test("fewer bytes than were promised, though the answer ends well", async () => {
    const headers = { "content-length": String(file.length + 1) };
    vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(file, { headers }));
    const error = await failure(loadStateDictFromUrl("http://127.0.0.1:1/x.pth", { modelDir: folder }));
    expect(error).toMatchObject({ failure: "truncated" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("the caller's signal, whose reason is thrown", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const stuck: RequestListener = (_, response) => response.write("some", () => controller.abort(reason));
    expect(await fails(stuck, { signal: controller.signal })).toBe(reason);
  });

  test("an error in the progress callback is passed on", async () => {
    const reason = new Error("mine");
    const progress = (): void => {
      throw reason;
    };
    expect(await fails((_, response) => void response.end(file), { progress })).toBe(reason);
  });

  test("a file of other things than tensors", async () => {
    const other = readFileSync(new URL("../../serialization/test/files/checkpoint.pth", import.meta.url));
    const { at } = await serve((_, response) => void response.end(other));
    await expect(loadStateDictFromUrl(`${at}/x.pth`, { modelDir: folder })).rejects.toThrow(/need a state dict/);
  });

  test("a file that is no weights, and another protocol", async () => {
    const { at } = await serve((_, response) => void response.end("<html>"));
    await expect(loadStateDictFromUrl(`${at}/x.pth`, { modelDir: folder })).rejects.toThrow(FormatError);
    await expect(loadStateDictFromUrl("file:///x.pth", { modelDir: folder })).rejects.toThrow(/http or https/);
  });
});

test("progress tells bytes and total, and ends with all of them", async () => {
  const calls: (readonly [number, number | undefined])[] = [];
  const big = new Uint8Array(300_000);
  const { at } = await serve((_, response) => void response.writeHead(200, { "content-length": big.length }).end(big));
  await downloadUrlToFile(`${at}/big`, join(folder, "big"), {
    hashPrefix: createHash("sha256").update(big).digest("hex"),
    progress: (received, total) => void calls.push([received, total]),
  });
  expect(calls.at(-1)).toEqual([big.length, big.length]);
  expect(calls.map(([received]) => received)).toEqual(calls.map(([received]) => received).toSorted((a, b) => a - b));
  expect(readFileSync(join(folder, "big"))).toHaveLength(big.length);
});

test("the length of a packed answer is not that of the file", async () => {
  const packed = gzipSync(file);
  const headers = { "content-encoding": "gzip", "content-length": packed.length };
  const { at } = await serve((_, response) => void response.writeHead(200, headers).end(packed));
  const totals = new Set<number | undefined>();
  const loaded = await loadStateDictFromUrl(`${at}/x.pth`, {
    modelDir: folder,
    progress: (_, total) => void totals.add(total),
  });
  expect(loaded.get("w")!.tolist()).toEqual([1, 2, 3]);
  expect([...totals]).toEqual([undefined]);
});

test.each([
  [undefined, true],
  [true, true],
  [false, false],
])("progress: %s on a terminal", async (progress, isShown) => {
  const { isTTY } = process.stderr;
  onTestFinished(() => void Object.assign(process.stderr, { isTTY }));
  Object.assign(process.stderr, { isTTY: true });
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const headers = { "content-length": file.length };
  const { at } = await serve((_, response) => void response.writeHead(200, headers).end(file));
  await loadStateDictFromUrl(`${at}/x.pth`, { modelDir: folder, ...(progress === undefined ? {} : { progress }) });
  expect(write.mock.calls.map(([text]) => text)).toEqual(isShown ? ["\r0.0 MB of 0.0 MB\n"] : []);
});

test("arguments of another kind are refused before anything happens", async () => {
  expect(() => setDir(5 as never)).toThrow(ValueError);
  const load = loadStateDictFromUrl as (...args: readonly unknown[]) => Promise<unknown>;
  const download = downloadUrlToFile as (...args: readonly unknown[]) => Promise<unknown>;
  for (const url of [undefined, null, 5, "", "no url", {}]) {
    await expect(load(url)).rejects.toThrow(ValueError);
    await expect(download(url, "file")).rejects.toThrow(ValueError);
  }
  await expect(load("https://a.example/b.pth", { checkhash: true })).rejects.toThrow("Did you mean checkHash?");
  await expect(load("https://a.example/b.pth", { timeout: "1" })).rejects.toThrow(ValueError);
  await expect(load("https://a.example/b.pth", { signal: {} })).rejects.toThrow(ValueError);
  await expect(download("https://a.example/b.pth", 5)).rejects.toThrow(ValueError);
  await expect(download("https://a.example/b.pth", "file", { hash: "00" })).rejects.toThrow(ValueError);
});
