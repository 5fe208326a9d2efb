/** The benchmarks: ours beside PyTorch's in one run, our kernels alone, or more and more threads. `--help` explains. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { argv } from "node:process";
import { compare } from "./compare.ts";
import { kernels } from "./kernels/report.ts";
import { optionsFrom } from "./options.ts";
import { scaling } from "./scaling.ts";

const options = optionsFrom(argv.slice(2));
if (options) {
  const suite = options.kernels ? kernels : options.scaling ? scaling : compare;
  const rows = suite(options);
  const { json, ...asked } = options;
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    date: new Date().toISOString(),
  };
  if (json) writeFileSync(json, `${JSON.stringify({ ...machine, options: asked, rows }, null, 1)}\n`);
}
