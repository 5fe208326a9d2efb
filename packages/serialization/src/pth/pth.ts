/** `.pth` files since PyTorch 1.6: a ZIP archive with one pickle, and one entry for each storage. */

import { Reader } from "../bytes/reader.ts";
import { bytesOf, realTensors, shared, storageId } from "../bytes/surroundings.ts";
import { bad } from "../errors.ts";
import { StorageRef, type StoredBytes } from "./storage.ts";
import { unpickle } from "./unpickler.ts";
import { readZip } from "./zip.ts";

const MAX_PICKLE = 2 ** 29;
/** What a pickle may grow to, as it is unpacked: those of real checkpoints grow to 5 times their packed size. */
const growth = (packed: number): number => Math.min(MAX_PICKLE, 2 ** 20 + 64 * packed);
const MAX_VERSION = 10; // PyTorch's own limit
const PICKLE = "/data.pkl";

const ascii: TextDecoder = new TextDecoder();

/** The folder that holds everything; its name is the name of the file when it was written. */
function folderOf(files: ReadonlyMap<string, Uint8Array>): string {
  const found = [...files.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (found.length !== 1)
    throw bad("a ZIP archive of torch.save, with one */data.pkl", `${found.length} in ${files.size} entries`);
  const folder = found[0]!.slice(0, -PICKLE.length);
  if (files.has(`${folder}/constants.pkl`))
    throw bad("tensors", "a TorchScript archive, which holds code. Save its state_dict()");
  return folder;
}

function checkVersion(files: ReadonlyMap<string, Uint8Array>, folder: string): void {
  const text = (name: string): string | undefined => {
    const bytes = files.get(`${folder}/${name}`);
    return bytes && ascii.decode(bytes.subarray(0, 16)).trim();
  };
  const byteOrder = text("byteorder") ?? "little";
  if (byteOrder !== "little")
    throw bad("little-endian storages", `byteorder "${byteOrder}". Save it on such a machine`);
  const version = Number(text("version") ?? "1");
  if (!(version >= 1 && version <= MAX_VERSION))
    throw bad(`file format version 1 to ${MAX_VERSION}`, `"${text("version")}"`);
}

/** What `torch.save` has put into the archive. */
export async function loadPth(bytes: Uint8Array): Promise<unknown> {
  const files = await readZip(bytes, (name, packed) =>
    name.endsWith(PICKLE) ? growth(packed) : Number.POSITIVE_INFINITY,
  );
  const folder = folderOf(files);
  checkVersion(files, folder);
  const known = new Map<string, StoredBytes>();
  const storage = (id: readonly unknown[]): StorageRef => {
    const stored = shared(known, storageId(id).stored);
    stored.bytes ??= contentOf(files, `${folder}/data/${stored.key}`, bytesOf(stored));
    return new StorageRef(stored, 0, stored.length);
  };
  return unpickle(new Reader(files.get(folder + PICKLE)!), { ...realTensors, storage });
}

function contentOf(files: ReadonlyMap<string, Uint8Array>, name: string, size: number): Uint8Array {
  const content = files.get(name);
  if (content === undefined || content.length < size)
    throw bad(`${size} bytes in entry "${name}"`, `${content?.length ?? "no such entry"}`);
  return content.subarray(0, size);
}
