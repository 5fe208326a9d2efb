import { bytesFrom, type Source } from "./bytes/host.ts";
import { bad, beginning } from "./errors.ts";
import { isPickle, loadLegacy } from "./pth/legacy.ts";
import { loadPth } from "./pth/pth.ts";
import { isZip } from "./pth/zip.ts";
import { isSafetensors, parseSafetensors } from "./safetensors.ts";

const TAR_MARK = 257;

function isTar(bytes: Uint8Array): boolean {
  return [0x75, 0x73, 0x74, 0x61, 0x72].every((byte, i) => bytes[TAR_MARK + i] === byte); // "ustar"
}

/** What reads a file that begins so. A header of safetensors is told first: its length may look like any other mark. */
function readerOf(head: Uint8Array, size: number): (bytes: Uint8Array) => unknown {
  if (isSafetensors(head)) return parseSafetensors;
  if (isZip(head)) return loadPth;
  if (isPickle(head)) return loadLegacy;
  if (isTar(head))
    throw bad("a .pth or safetensors file", "a tar of before PyTorch 0.2. Save it again with torch.save");
  throw bad("a .pth or safetensors file", `${beginning(head, size)}`);
}

/**
 * What a file of `torch.save` (old or new) or of safetensors holds: Map for dict, array for list and tuple, Set, number
 * (bigint for an int beyond 2^53), string, boolean, null, Uint8Array, Tensor. The format is told by the bytes.
 *
 * Tensors come on the CPU; those that shared memory share it again. Parameters and `requiresGrad` are kept as flags.
 * `metadataOf(map)` gives a state dict's `_metadata`. Nothing of the file is ever executed.
 * Throws {@link FormatError} on files that are damaged or of another kind, {@link UnpicklingError} when one asks for
 * more than weights, {@link OutOfMemoryError} when there is no room for the file.
 *
 * A string is a path; in a browser, which has none, a URL.
 */
export async function load(source: Source): Promise<unknown> {
  const bytes = await bytesFrom(source, readerOf);
  return readerOf(bytes, bytes.length)(bytes);
}

/** Writing `.pth` files is not built: always throws, naming `saveSafetensors`. */
export function save(_object: unknown, _path: string | URL): Promise<never> {
  return Promise.reject(
    new Error(
      "save: need a format that is written here; got .pth, which is only read. Use saveSafetensors(map, path).",
    ),
  );
}
