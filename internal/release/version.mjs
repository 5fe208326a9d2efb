/** Writes the version of the packages into the code that tells it. Run after `changeset version`. */
import { readFileSync, writeFileSync } from "node:fs";

const kernels = new URL("../../packages/kernels/", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", kernels), "utf8"));
const file = new URL("src/version.ts", kernels);
writeFileSync(file, readFileSync(file, "utf8").replace(/version = ".*"/, `version = "${version}"`));
