/** Where faults are planted: copies of the working tree, with what is not committed. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../../../", import.meta.url));

/** The folder of a new copy. Its packages are linked to each other, and to what is installed in the working tree. */
export function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), "ag-mutate-"));
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  for (const file of execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0")) {
    if (file === "" || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const group of ["packages", "internal"])
    for (const name of readdirSync(join(root, group))) {
      const links = join(group, name, "node_modules");
      if (!existsSync(join(root, links))) continue;
      const filter = (path: string): boolean => !path.includes(".vite");
      cpSync(join(root, links), join(copy, links), { recursive: true, verbatimSymlinks: true, filter });
    }
  return copy;
}
