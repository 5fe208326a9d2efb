/** How do kernels become a module? Everything they call comes along; one memory and, where used, one table are imported. */
import { unsigned, valueType } from "./encoding.ts";
import type { Code, Kernel, Signature, Type } from "./value.ts";

const text = (s: string): number[] => [...unsigned(s.length), ...new TextEncoder().encode(s)];
const list = (items: readonly number[][]): number[] => unsigned(items.length).concat(...items);
const section = (id: number, content: number[]): number[] => [id].concat(unsigned(content.length), content);
const isKernel = (x: Kernel | Signature): x is Kernel => "code" in x;
const references = (code: Code): (Kernel | Signature)[] => code.filter((x) => typeof x !== "number");

/** Callees first, so that each is numbered before its callers. */
const closure = (kernels: Iterable<Kernel>, found = new Set<Kernel>()): Set<Kernel> => {
  for (const k of kernels) {
    if (found.has(k)) continue;
    closure(references(k.code).filter(isKernel), found);
    found.add(k);
  }
  return found;
};

/** Neighbours of one type share an entry: thousands of locals stay a few bytes. */
const localRuns = (types: readonly Type[]): number[][] => {
  const runs: { type: number; count: number }[] = [];
  for (const type of types.map(valueType)) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  return runs.map(({ type, count }) => [...unsigned(count), type]);
};

const signatureBytes = (t: Signature): number[] => [
  0x60,
  ...list(t.parameters.map((p) => [valueType(p)])),
  ...list(t.results.map((r) => [valueType(r)])),
];

/** Limits of the imported memory: 1 = has a maximum, 3 = and is shared. One flag apart, so one source serves both. */
const limitsFlag = (isShared: boolean): number => (isShared ? 3 : 1);

export const assemble = (exported: Readonly<Record<string, Kernel>>, isShared = false): Uint8Array<ArrayBuffer> => {
  const functions = [...closure(Object.values(exported))];
  const types = [...functions, ...functions.flatMap((k) => references(k.code).filter((x) => !isKernel(x)))];
  const body = (k: Kernel): number[] => {
    const bytes = list(localRuns(k.locals));
    for (const x of k.code) {
      if (typeof x === "number") bytes.push(x);
      else for (const b of unsigned(isKernel(x) ? functions.indexOf(x) : types.indexOf(x))) bytes.push(b);
    }
    bytes.push(0x0b);
    return unsigned(bytes.length).concat(bytes);
  };
  const usesTable = types.length > functions.length;
  const memory = [...text("env"), ...text("memory"), 2, limitsFlag(isShared), 0, ...unsigned(65536)];
  const table = [...text("env"), ...text("table"), 1, 0x70, 0, 0];
  return new Uint8Array(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(
      section(1, list(types.map(signatureBytes))),
      section(2, list(usesTable ? [memory, table] : [memory])),
      section(3, list(functions.map((_, i) => unsigned(i)))),
      section(
        7,
        list(Object.entries(exported).map(([name, k]) => [...text(name), 0, ...unsigned(functions.indexOf(k))])),
      ),
      section(10, list(functions.map(body))),
    ),
  );
};

export type Exports<N extends string = string> = Readonly<Record<N, (...args: number[]) => number>>;

/**
 * Synchronous: a few microseconds for a kernel; the optimizing compiler follows in the background. `memory`, `table`: the
 * WebAssembly objects; declarations that name their types would ask users for the DOM's.
 */
export const instantiate = <N extends string>(
  bytes: Uint8Array<ArrayBuffer>,
  memory: object,
  table?: object,
): Exports<N> => {
  const env = (table ? { memory, table } : { memory }) as WebAssembly.ModuleImports;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports as Exports<N>;
};
