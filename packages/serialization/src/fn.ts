export type { Source } from "./bytes/host.ts";
export { FormatError, UnpicklingError } from "./errors.ts";
export { load, save } from "./load.ts";
export { metadataOf } from "./metadata.ts";
export { loadSafetensors, type SafetensorsOptions, safetensorsBytes, saveSafetensors } from "./safetensors.ts";
