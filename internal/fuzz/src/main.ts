/** `pnpm fuzz calls` and `pnpm fuzz programs`: see CONTRIBUTING. */
import { parseArgs } from "node:util";
import { fuzzCalls } from "./calls/report.ts";
import { featuresOf } from "./programs/features.ts";
import { fuzzPrograms, keepAnswers } from "./programs/report.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    keep: { type: "string" },
    features: { type: "string", default: "everything" },
  },
});
const seed = Number(values.seed);
const only = values.only === undefined ? null : Number(values.only);
const count = Number(values.count ?? 2000);
console.warn = (): void => {}; // warnings of the library
const kinds = {
  calls: () => fuzzCalls(seed, count, only),
  programs: () =>
    values.keep ? keepAnswers(seed, Number(values.keep)) : fuzzPrograms(seed, count, only, featuresOf(values.features)),
};
const fuzz = kinds[positionals[0] as keyof typeof kinds];
if (!fuzz) throw new Error(`fuzz: need ${Object.keys(kinds).join(" or ")}; got ${positionals[0]}.`);
process.exitCode = (await fuzz()) ? 0 : 1;
