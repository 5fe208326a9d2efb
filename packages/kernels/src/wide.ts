/**
 * `import "@ag/kernels/wide"` before the first operation: lets V8 join pairs of 128-bit vector operations into 256-bit
 * ones. Speed alone changes, no bit of any result. Does something on Node 24 and newer; elsewhere nothing.
 */
declare const process:
  | { readonly versions?: { readonly node?: string }; getBuiltinModule?(name: string): unknown }
  | undefined;

const major = Number.parseInt(globalThis.process?.versions?.node ?? "0", 10);
if (major >= 24) {
  const v8 = process?.getBuiltinModule?.("node:v8") as { setFlagsFromString(flag: string): void } | undefined;
  v8?.setFlagsFromString("--experimental-wasm-revectorize");
}
