/** Runs the cells in order, each on what the earlier ones returned. */
import "@ag/autograd";
import { type ResNet, resnet18 } from "@ag/models";
import { arange, type Tensor } from "@ag/tensor";
import { type Cell, codeOf, type Print, type Printable } from "./cell.ts";
import { cells } from "./cells/index.ts";

/** What a run needs from its surroundings. */
export interface Surroundings {
  readonly loadModel: () => Promise<ResNet>;
  /** Before a cell runs. */
  readonly show: (cell: Cell, code: string) => void;
  /** One line of a cell's output. */
  readonly print: (text: string) => void;
  readonly write: (name: string, text: string) => void;
  readonly now: () => number;
}

/** A value as Python prints it. */
function text(x: Printable): string {
  if (x === null || x === undefined) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (Array.isArray(x)) return `[${x.map(text).join(", ")}]`;
  return x.toString();
}

export async function runTutorial({ loadModel, show, print, write, now }: Surroundings): Promise<void> {
  const session = {
    loadModel,
    write,
    now,
    print: ((...values) => print(values.map(text).join(" "))) satisfies Print,
    freshModel: (): ResNet => resnet18({ numClasses: 10 }),
    labelsOf: (n: number): Tensor => arange(n),
  };
  for (const cell of cells) {
    show(cell, codeOf(cell));
    Object.assign(session, await cell.run(session as never));
  }
}
