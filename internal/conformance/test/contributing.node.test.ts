import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gradcheck, gradgradcheck } from "@ag/autograd";
import { exp, type Tensor, tensor } from "@ag/tensor/fn";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("CONTRIBUTING.md", root), "utf8");
/** Without the spaces of the list in which it stands. */
const outdented = (code: string, margin: string): string => code.replaceAll(new RegExp(`^${margin}`, "gm"), "");
/** Each place: the file that is named, and the code shown for it. */
const places = [...text.matchAll(/`((?:packages|internal)\/[^`]*\.ts)`:\n\n( +)(````?)ts\n([\s\S]*?)\n\2\3\n/g)].map(
  ([, file, margin, , code]) => [file!, outdented(code!, margin!)] as const,
);

test("CONTRIBUTING shows the places of an operation, five of other kinds, a layer, an optimizer and a schedule", () =>
  expect(places.length).toBe(13));

test("dtypes are named where CONTRIBUTING says, in three places at most, and nowhere else", () => {
  const section = /^## A new dtype\n([\s\S]*?)^## /m.exec(text)![1]!;
  const told = [...section.matchAll(/^\d\. .*?`(packages\/[^`]*\.ts)`/gms)].map(([, file]) => file!);
  const sources = readdirSync(new URL("packages/", root), { recursive: true, encoding: "utf8" })
    .map((file) => `packages/${file}`)
    .filter((file) => /^packages\/[^/]+\/src\/.*(?<!\.samples)\.ts$/.test(file));
  for (const dtype of ["int8", "int16"]) {
    const naming = sources.filter((file) => {
      const code = readFileSync(new URL(file, root), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return new RegExp(`\\b${dtype}\\b`).test(code);
    });
    expect(naming.sort()).toEqual(told.toSorted());
  }
  expect(told.length).toBeLessThanOrEqual(3);
});

test.each(places)("the code it shows stands in %s", (file, code) => {
  expect(readFileSync(new URL(file, root), "utf8")).toContain(code);
});

test("a third party's operation compiles, and has first and second derivatives", async () => {
  const [, margin, code] = /^( +)```ts third-party\n([\s\S]*?)\n\1```/m.exec(text)!;
  const scratch = new URL("../reports/third-party/", import.meta.url);
  mkdirSync(scratch, { recursive: true });
  const file = new URL("bell.ts", scratch);
  writeFileSync(file, `${outdented(code!, margin!)}\n`);
  const config = { extends: "../../tsconfig.json", include: ["bell.ts"], compilerOptions: { noEmit: true } };
  writeFileSync(new URL("tsconfig.json", scratch), JSON.stringify(config));
  const tsc = fileURLToPath(new URL("node_modules/.bin/tsc", root));
  const { status, stdout } = spawnSync(tsc, ["-p", fileURLToPath(scratch)], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
  const { bell } = (await import(/* @vite-ignore */ file.href)) as { bell: (x: Tensor) => Tensor };
  const x = tensor([0.5, -1, 0], { dtype: "float64", requiresGrad: true });
  expect(bell(x).tolist()).toEqual(exp(tensor([-0.25, -1, 0], { dtype: "float64" })).tolist());
  expect(bell(x).gradFn?.name).toBe("BellBackward");
  expect(gradcheck(bell, [x])).toBe(true);
  expect(gradgradcheck(bell, [x])).toBe(true);
});
