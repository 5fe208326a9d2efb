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

/** Packages whose main entry gives tensors their methods; their `fn` is the same without. */
const withFn = ["models", "serialization", "tensor"];

test("only the main entries of some packages attach methods, and say so to bundlers", () => {
  const files = readdirSync(packages, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /^\w+\/src\/.*\.ts$/.test(file) && !/\bsamples?\.ts$/.test(file)); // are not shipped
  const attaching = sources.filter((file) =>
    /^(im|ex)port ([^;]* from )?"(@ag\/(models|serialization|tensor)|.*\/methods\/attach\.ts)";/m.test(
      readFileSync(new URL(file, packages), "utf8"),
    ),
  );
  expect(attaching.sort()).toEqual(withFn.map((name) => `${name}/src/index.ts`));
  for (const name of Object.keys(layers)) {
    const { exports, sideEffects } = read(`${name}/package.json`);
    expect(Object.hasOwn(exports as object, "./fn"), name).toBe(withFn.includes(name));
    if (withFn.includes(name))
      expect(sideEffects).toEqual(expect.arrayContaining(["./src/index.ts", "./dist/index.js"]));
  }
});
