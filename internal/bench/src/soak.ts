/**
 * Does a program that disposes nothing stay flat? Synchronous training loops, one process each, that never give anything
 * back and keep a prediction now and then. Prints a table; ends with 1 when memory grows after the first tenth, when a
 * kept prediction changes, or when the losses differ from those of a loop that gives everything back.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "@ag/autograd";
import { resnet18 } from "@ag/models";
import { Conv2d, crossEntropy, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from "@ag/nn";
import { SGD } from "@ag/optim";
import { manualSeed, memory, randint, randn, scope, setMemoryLimit, type Tensor } from "@ag/tensor";

const MIB = 2 ** 20;
const PARTS = 10;
/** How much larger the young generation of JavaScript's own heap may still become. */
const GARBAGE = 96 * MIB;
/** How much larger the heap may still become, as a part of itself: holes. */
const FRAGMENTS = 0.1;
const KEPT_EVERY = 100;

interface Loop {
  readonly name: string;
  readonly steps: number;
  /** Bytes that the loop fills with what it drops within its first tenth: above them the pool moves blocks out. */
  readonly soft: number;
  readonly model: () => Module & { forward(x: Tensor): Tensor };
  readonly input: readonly number[];
  readonly classes: number;
}

const loops: readonly Loop[] = [
  {
    name: "MLP 784-128-10, batch 32",
    steps: 10_000,
    soft: 8 * MIB,
    model: () => new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10)),
    input: [32, 784],
    classes: 10,
  },
  {
    name: "CNN 8-16, 8x1x16x16",
    steps: 10_000,
    soft: 4 * MIB,
    model: () =>
      new Sequential(
        new Conv2d(1, 8, 3, { padding: 1 }),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(8, 16, 3, { padding: 1 }),
        new ReLU(),
        new Flatten(),
        new Linear(16 * 64, 10),
      ),
    input: [8, 1, 16, 16],
    classes: 10,
  },
  { name: "resnet18, 1x3x64x64", steps: 300, soft: MIB, model: () => resnet18(), input: [1, 3, 64, 64], classes: 1000 },
];

/** FNV-1a. */
const hashOf = (x: Tensor): number =>
  x
    .detach()
    .rawBytes()
    .reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261);

/** A function that takes one step, and gives its prediction and its loss. */
function trainer({ model, input, classes }: Loop): () => readonly [Tensor, number] {
  manualSeed(0);
  const net = model();
  const optimizer = new SGD(net.parameters(), { lr: 1e-3, momentum: 0.9 });
  return () => {
    const out = net.forward(randn(input));
    const loss = crossEntropy(out, randint(0, classes, [input[0]!]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return [out, loss.item()];
  };
}

interface Outcome {
  /** After each tenth of the steps. */
  readonly heap: readonly number[];
  readonly rss: readonly number[];
  readonly spilled: number;
  /** Kept predictions that have changed. */
  readonly changed: number;
  /** Whether the loss after a tenth is that of a loop that gives everything back. */
  readonly isRight: boolean;
  /** Milliseconds for a step. */
  readonly time: number;
}

function soak(loop: Loop): Outcome {
  setMemoryLimit({ soft: loop.soft });
  const tenth = loop.steps / PARTS;
  const [heap, rss, losses]: [number[], number[], number[]] = [[], [], []];
  const kept: (readonly [Tensor, number])[] = [];
  const step = trainer(loop);
  const start = performance.now();
  for (let i = 1; i <= loop.steps; i++) {
    const [out, loss] = step();
    if (i % KEPT_EVERY === 0) kept.push([out, hashOf(out)]);
    if (i % tenth !== 0) continue;
    heap.push(memory().heap);
    rss.push(process.memoryUsage.rss());
    losses.push(loss);
  }
  const time = (performance.now() - start) / loop.steps;
  const changed = kept.filter(([out, hash]) => hashOf(out) !== hash).length;
  const { spilled } = memory();
  setMemoryLimit({ soft: 1024 * MIB });
  const tidy = trainer(loop);
  const expected = Array.from({ length: tenth }, () => scope(() => tidy()[1])).at(-1);
  const isRight = losses[0] === expected && losses.every(Number.isFinite);
  return { heap, rss, spilled, changed, isRight, time };
}

/** Whether no later tenth needs more than the first. */
const isFlat = ([first, ...later]: readonly number[], tolerance: number): boolean =>
  Math.max(...later) <= first! + tolerance;

const isGood = ({ heap, rss, changed, isRight }: Outcome): boolean =>
  isFlat(heap, FRAGMENTS * heap[0]!) && isFlat(rss, GARBAGE) && changed === 0 && isRight;

/** The outcome in a process of its own. */
function apart({ name }: Loop): Outcome {
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), "--in", name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(stdout) as Outcome;
}

function show({ name, steps, soft }: Loop, outcome: Outcome): void {
  const mebibytes = (list: readonly number[]): string => list.map((n) => (n / MIB).toFixed(0).padStart(4)).join("");
  const { heap, rss, spilled, changed, isRight, time } = outcome;
  console.log(
    `${name}, soft limit ${soft / MIB} MiB, ${steps} steps of ${time.toFixed(2)} ms: ${isGood(outcome) ? "flat" : "NOT FLAT"}`,
  );
  console.log(`  heap    ${mebibytes(heap)} MiB after each tenth`);
  console.log(`  process ${mebibytes(rss)} MiB`);
  console.log(`  ${mebibytes([spilled])} MiB spilled, kept predictions changed: ${changed}, loss right: ${isRight}`);
}

const { values } = parseArgs({ options: { only: { type: "string" }, in: { type: "string" } } });

if (values.in !== undefined) console.log(JSON.stringify(soak(loops.find(({ name }) => name === values.in)!)));
else
  for (const loop of loops) {
    if (!loop.name.includes(values.only ?? "")) continue;
    const outcome = apart(loop);
    show(loop, outcome);
    if (!isGood(outcome)) process.exitCode = 1;
  }
