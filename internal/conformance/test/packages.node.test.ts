import { execFileSync } from "node:child_process";
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

let folder = "";
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8" });

/** Tarballs of packages, as they would be published. */
function pack(...names: string[]): string[] {
  for (const name of names)
    execFileSync("npx", ["-y", packageManager, "pack", "--pack-destination", folder], {
      cwd: join(root, "packages", name),
      stdio: "pipe",
    });
  return readdirSync(folder).filter((file) => file.endsWith(".tgz"));
}

describe.skipIf(!isBuilt)("@ag/tensor and @ag/kernels alone, installed from tarballs", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ag-install-"));
    const tarballs = pack("kernels", "tensor");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
    run("npm", "install", "--no-audit", "--no-fund", ...tarballs.map((file) => `./${file}`));
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  test("types under TypeScript 5.9, strict, without @types/node and skipLibCheck", () => {
    writeFileSync(join(folder, "typed.ts"), typed);
    const compilerOptions = {
      strict: true,
      target: "es2022",
      module: "nodenext",
      noEmit: true,
      skipLibCheck: false,
      types: [],
      lib: ["es2022"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["typed.ts"] }));
    const compiler = join(root, "internal/conformance/node_modules/typescript-5.9/bin/tsc");
    expect(run(process.execPath, compiler, "-p", ".")).toBe("");
  });
});
