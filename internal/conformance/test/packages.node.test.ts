import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What users install are tarballs of what was built; so these tests run where the built packages are tested. */
const isBuilt = Boolean(process.env.AG_DIST);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };

const program = `
  const product = matmul(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 1]]));
  console.log(JSON.stringify(product.tolist()));
`;
const typed = `
  import { matmul, scope, tensor, type Tensor } from "@ag/tensor";
  const x: Tensor = tensor([[1, 2], [3, 4]]).matmul(tensor([[1], [2]])).add(1, { alpha: 2 }).relu_();
  const { values, indices } = x.max(1);
  const list: number = values.sum().item() + indices.shape.length;
  scope(() => matmul(x, x));
  export { list };
`;

const compilerOptions = {
  strict: true,
  target: "es2022",
  module: "nodenext",
  noEmit: true,
  skipLibCheck: false,
  types: [],
};
const compiler = join(root, "internal/conformance/node_modules/typescript-5.9/bin/tsc");

let folder = "";
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8" });

/** An empty project with the tarballs of packages, as they would be published. */
function install(...names: string[]): void {
  folder = mkdtempSync(join(tmpdir(), "ag-install-"));
  for (const name of names)
    execFileSync("npx", ["-y", packageManager, "pack", "--pack-destination", folder], {
      cwd: join(root, "packages", name),
      stdio: "pipe",
    });
  const tarballs = readdirSync(folder).map((file) => `./${file}`);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  run("npm", "install", "--no-audit", "--no-fund", ...tarballs);
}

/** What TypeScript 5.9 says of a program: strict, without @types/node and skipLibCheck. */
function complaints(text: string, lib: readonly string[]): string {
  writeFileSync(join(folder, "typed.ts"), text);
  const config = { compilerOptions: { ...compilerOptions, lib }, include: ["typed.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return spawnSync(process.execPath, [compiler, "-p", "."], { cwd: folder, encoding: "utf8" }).stdout;
}

const remove = (): void => rmSync(folder, { recursive: true, force: true });

describe.skipIf(!isBuilt)("@ag/tensor and @ag/kernels alone, installed from tarballs", () => {
  beforeAll(() => install("kernels", "tensor"), 120_000);
  afterAll(remove);

  test("no package but these two comes along", () => {
    expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@ag"]);
    expect(readdirSync(join(folder, "node_modules/@ag")).sort()).toEqual(["kernels", "tensor"]);
  });

  test("a product from a module", () => {
    writeFileSync(join(folder, "esm.mjs"), `import { matmul, tensor } from "@ag/tensor";${program}`);
    expect(run(process.execPath, "esm.mjs")).toBe("[[1,2],[3,4]]\n");
  });

  test("a product from require", () => {
    writeFileSync(join(folder, "common.cjs"), `const { matmul, tensor } = require("@ag/tensor");${program}`);
    expect(run(process.execPath, "common.cjs")).toBe("[[1,2],[3,4]]\n");
  });

  test("types", () => {
    expect(complaints(typed, ["es2022"])).toBe("");
  });
});

describe.skipIf(!isBuilt)("all packages, installed from tarballs", () => {
  const packages = readdirSync(join(root, "packages"));
  const use = `
    console.log(typeof resnet18 === "function" && Linear.name === "Linear" && SGD.name === "SGD" && typeof load === "function");
  `;
  const names = `
    import { gradcheck } from "@ag/autograd";
    import { resnet18 } from "@ag/models";
    import { Linear } from "@ag/nn";
    import { SGD } from "@ag/optim";
    import { load } from "@ag/serialization";
  `;

  beforeAll(() => install(...packages), 120_000);
  afterAll(remove);

  test("load on this Node", () => {
    writeFileSync(join(folder, "esm.mjs"), names + use);
    expect(run(process.execPath, "esm.mjs")).toBe("true\n");
  });

  test("loaded tensors have methods; without, the import is named", () => {
    const use = `
      const bytes = await saveSafetensors(new Map([["x", ones([2])]]));
      console.log(String((await load(bytes)).get("x").add(1)));
    `;
    for (const entry of ["", "/fn"])
      writeFileSync(
        join(folder, `methods${entry.length}.mjs`),
        `import { load, saveSafetensors } from "@ag/serialization${entry}"; import { ones } from "@ag/tensor/fn"; ${use}`,
      );
    expect(run(process.execPath, "methods0.mjs")).toBe("tensor([2., 2.])\n");
    const { stderr } = spawnSync(process.execPath, ["methods3.mjs"], { cwd: folder, encoding: "utf8" });
    expect(stderr).toContain(
      'ValueError: add: need the methods of tensors; got none attached. Add import "@ag/tensor".',
    );
  });

  test("types of every entry", () => {
    const entries = packages.flatMap((name) => {
      const { exports } = JSON.parse(readFileSync(join(folder, "node_modules/@ag", name, "package.json"), "utf8")) as {
        exports: Record<string, unknown>;
      };
      return Object.keys(exports)
        .filter((path) => path.startsWith(".") && !path.endsWith(".json"))
        .map((path) => `@ag/${name}${path.slice(1)}`);
    });
    expect(
      complaints(entries.map((entry, i) => `export * as entry${i} from "${entry}";`).join("\n"), ["es2022", "dom"]),
    ).toBe("");
  });
});
