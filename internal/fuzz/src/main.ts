/** `pnpm fuzz calls` and `pnpm fuzz programs`: see CONTRIBUTING. */
import { parseArgs } from "node:util";
import { fuzzCalls } from "./calls/report.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string" }, seed: { type: "string", default: "1" }, only: { type: "string" } },
});
const seed = Number(values.seed);
const only = values.only === undefined ? null : Number(values.only);
const kinds = { calls: () => fuzzCalls(seed, Number(values.count ?? 2000), only) };
const fuzz = kinds[positionals[0] as keyof typeof kinds];
if (!fuzz) throw new Error(`fuzz: need ${Object.keys(kinds).join(" or ")}; got ${positionals[0]}.`);
process.exitCode = (await fuzz()) ? 0 : 1;
