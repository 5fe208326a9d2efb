/** Times kernels of a family in this process. Prints the milliseconds of each in a line. Arguments: mode, threads, family, part of the names. */
import { argv } from "node:process";
import { start } from "../start.ts";
import { medianTime } from "../timing.ts";

const [mode, threads, family, only] = argv.slice(2);
await start(mode!, Number(threads));
const { chosen } = await import("./families.ts");
const { Views } = await import("./kernel.ts");

const views = new Views();
for (const { prepare } of chosen(family!, only!)) {
  console.log(medianTime(prepare(views), { warmUp: 250, run: 250 }));
  views.release();
}
