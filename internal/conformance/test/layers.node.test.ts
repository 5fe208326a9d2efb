import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The table of layers: what each package may import. */
const layers: Record<string, string[]> = {
  kernels: [],
  tensor: ["kernels"],
  autograd: ["tensor"],
  serialization: ["tensor"],
  nn: ["autograd", "tensor"],
  optim: ["autograd", "tensor"],
  models: ["autograd", "nn", "serialization", "tensor"],
};
const packages = new URL("../../../packages/", import.meta.url);
const read = (path: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(path, packages), "utf8"));

test("every package stands in the table", () => {
  expect(readdirSync(packages).sort()).toEqual(Object.keys(layers).sort());
});

test.each(Object.entries(layers))("%s declares, references and tags what the table says", (name, below) => {
  const { dependencies = {} } = read(`${name}/package.json`);
  expect(Object.keys(dependencies as object)).toEqual(below.map((other) => `@ag/${other}`));
  expect(read(`${name}/tsconfig.json`).references ?? []).toEqual(below.map((other) => ({ path: `../${other}` })));
  expect(read(`${name}/turbo.json`).tags).toEqual([name]);
});

/** The text of every source that is shipped, by its path below `packages`. */
const shipped = readdirSync(packages, { recursive: true, encoding: "utf8" })
  .filter((file) => /^\w+\/src\/.*\.ts$/.test(file) && !/\bsamples?\.ts$/.test(file))
  .map((file) => [file, readFileSync(new URL(file, packages), "utf8")] as const);

/** What a source imports, or exports again, from `@ag/kernels`. "*" is all of it. */
const takenFrom = (text: string): string[] =>
  [...text.matchAll(/^(?:im|ex)port (?!type)([^;]*?) from "@ag\/kernels";/gm)].flatMap(([, what]) =>
    /^[{]/.test(what!)
      ? what!
          .replace(/[{}]/g, "")
          .split(",")
          .map((name) => name.trim().replace(/ as .*/, ""))
      : "*",
  );

/** Files above the kernels that say one of the names, with it. */
const saying = (names: readonly string[]): string[] =>
  shipped.flatMap(([file, text]) =>
    file.startsWith("kernels/")
      ? []
      : takenFrom(text).flatMap((name) => (names.includes(name) ? `${file}: ${name}` : [])),
  );

test("one file chooses the device: nothing else above the kernels imports the cpu, or memory of it", () => {
  expect(saying(["cpu", "*", "allocate"])).toEqual(
    ["allocate", "cpu"].map((name) => `tensor/src/core/kernels.ts: ${name}`),
  );
});

test("nothing above the kernels knows where the cpu keeps its elements", () => {
  const known = ["tensor/src/engine/memory.ts: pool", "autograd/src/saved.ts: .block"]; // the report and its limits; a count of saves
  const inside = shipped.flatMap(([file, text]) =>
    file.startsWith("kernels/")
      ? []
      : [...text.matchAll(/[.]block\b|\baddress\(/g)].map(([what]) => `${file}: ${what}`),
  );
  expect([...saying(["pool", "address"]), ...inside].filter((one) => !known.includes(one))).toEqual([]);
});

/** Packages whose main entry gives tensors their methods; their `fn` is the same without. */
const withFn = ["models", "serialization", "tensor"];

test("only the main entries of some packages attach methods, and say so to bundlers", () => {
  const attaching = shipped.filter(([, text]) =>
    /^(im|ex)port ([^;]* from )?"(@ag\/(models|serialization|tensor)|.*\/methods\/attach\.ts)";/m.test(text),
  );
  expect(attaching.map(([file]) => file).sort()).toEqual(withFn.map((name) => `${name}/src/index.ts`));
  for (const name of Object.keys(layers)) {
    const { exports, sideEffects } = read(`${name}/package.json`);
    expect(Object.hasOwn(exports as object, "./fn"), name).toBe(withFn.includes(name));
    if (withFn.includes(name))
      expect(sideEffects).toEqual(expect.arrayContaining(["./src/index.ts", "./dist/index.js"]));
  }
});
