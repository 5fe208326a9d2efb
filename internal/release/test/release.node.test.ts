/** What a release would do to versions, changelogs and tarballs, done on a copy of the repository. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");
const manifest = (...path: readonly string[]): Manifest => JSON.parse(read(...path, "package.json")) as Manifest;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { packageManager } = JSON.parse(read(root, "package.json")) as { packageManager: string };
const names = readdirSync(join(root, "packages"));
const changesets = readdirSync(join(root, ".changeset")).filter((file) => /(?<!README)\.md$/.test(file));

const copy = mkdtempSync(join(tmpdir(), "ag-release-"));
const run = (command: string, ...args: readonly string[]): unknown =>
  execFileSync(command, args, { cwd: copy, stdio: "pipe" });

/** Sources and what was built of them; of what is installed, only the links from package to package. Tarballs come and go. */
function copyRepository(): void {
  const left = ["node_modules", "reports", ".turbo"];
  const filter = (path: string): boolean => !left.includes(basename(path)) && !path.endsWith(".tgz");
  for (const part of [".changeset", "apps", "internal", "packages", "package.json", "pnpm-workspace.yaml"])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter });
  for (const links of names.map((name) => join("packages", name, "node_modules/@ag")))
    if (existsSync(join(root, links)))
      cpSync(join(root, links), join(copy, links), { recursive: true, verbatimSymlinks: true });
}

/** Unpacks what would be published of each package. */
function pack(): void {
  run("npx", "-y", packageManager, "--recursive", "--filter", "./packages/*", "pack", "--out", "%s.tgz");
  for (const name of names) {
    mkdirSync(join(copy, "published", name), { recursive: true });
    run("tar", "-xzf", `ag-${name}.tgz`, "-C", join("published", name), "--strip-components=1");
  }
}

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test.each(changesets)("changeset %s names packages, and says what users notice", (file) => {
  const lines = `(["']@ag/(${names.join("|")})["']: (patch|minor|major)\n)+`;
  const need = `.changeset/${file}: need lines like "@ag/tensor": minor between two lines ---, then a text`;
  expect(read(root, ".changeset", file), need).toMatch(new RegExp(`^---\n${lines}---\n+\\S`));
});

describe("a release", () => {
  let version = "";

  beforeAll(() => {
    copyRepository();
    if (changesets.length > 0) run(join(root, "node_modules/.bin/changeset"), "version");
    run(process.execPath, join(copy, "internal/release/version.mjs"));
    pack();
    ({ version } = manifest(copy, "published", "tensor"));
  }, 120_000);

  test("is 0.1.0 if it is the first, and later than the last", () => {
    const last = manifest(root, "packages/tensor").version;
    if (last === "0.0.0") expect(version).toBe("0.1.0");
    else expect(version === last).toBe(changesets.length === 0);
  });

  test("says its version in the code too", () => {
    expect(read(copy, "published/kernels/src/version.ts")).toContain(`version = "${version}"`);
  });

  describe.each(names)("of @ag/%s", (name) => {
    const published = (): Manifest => manifest(copy, "published", name);
    const files = (): string[] =>
      readdirSync(join(copy, "published", name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(copy, "published", name).length + 1));

    test("has the version of all, and asks for it", () => {
      const { dependencies = {} } = published();
      const siblings = Object.entries(dependencies).filter(([dependency]) => dependency.startsWith("@ag/"));
      expect(published().version).toBe(version);
      expect(siblings.map(([, range]) => range)).toEqual(siblings.map(() => `^${version}`));
    });

    test("has a readme, a licence, and a changelog with this version", () => {
      expect(files()).toEqual(expect.arrayContaining(["CHANGELOG.md", "LICENSE", "README.md"]));
      expect(read(copy, "published", name, "CHANGELOG.md")).toMatch(new RegExp(`^## ${version}\n\n###`, "m"));
    });

    test("has every file it exports, and exports what the repository does but samples", () => {
      const entries = Object.entries(manifest(root, "packages", name).exports).filter(([path]) => path !== "./samples");
      expect(published().exports).toEqual(Object.fromEntries(entries));
      const targets = entries.flatMap(([, conditions]) => Object.values(conditions));
      expect(files()).toEqual(expect.arrayContaining(targets.map((target) => target.slice(2))));
    });

    test("has sources and what was built of them, no tests, no samples, nothing else", () => {
      const sources = files().filter((file) => /^src\/.*\.ts$/.test(file) && !/\bsamples?\.ts$|\.test\.ts$/.test(file));
      const built = sources.flatMap((file) =>
        [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => file.replace(/^src(.*)\.ts$/, `dist$1${end}`)),
      );
      const rest = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
      const hint = "a file of dist without its source is left over: remove dist and build";
      expect(files().sort(), hint).toEqual([...rest, ...built, ...sources].sort());
    });
  });
});
