/** Where does the model come from? The web, a file, or nowhere; the random stream moves on alike. */
import { type ResNet, ResNet18_Weights, resnet18 } from "@ag/models";
import { load } from "@ag/serialization";
import { manualSeed, type Tensor } from "@ag/tensor";
import { SingleBar } from "cli-progress";

const GIVE_UP_MS = 10_000;

export interface WeightsOptions {
  /** "default", "none", or the path of a state dict. */
  readonly weights: string;
  /** Starts the random stream, so the same numbers follow whether the weights came or not. */
  readonly seed: number;
  /** Called with one line for the user. */
  readonly say: (line: string) => void;
}

function progressBar(): { update(received: number, total: number): void; stop(): void } {
  const format = "{bar} {percentage}% | {received} of {size} MB";
  const bar = new SingleBar({ format, hideCursor: true, noTTYOutput: false, stream: process.stderr });
  let started = false;
  return {
    update(received, total) {
      if (!process.stderr.isTTY) return;
      const shown = { received: (received / 2 ** 20).toFixed(1), size: (total / 2 ** 20).toFixed(1) };
      if (!started) bar.start(total, received, shown);
      else bar.update(received, shown);
      started = true;
    },
    stop: () => (started ? bar.stop() : undefined),
  };
}

async function fromWeb({ seed, say }: WeightsOptions): Promise<ResNet> {
  const bar = progressBar();
  try {
    return await resnet18({
      weights: ResNet18_Weights.DEFAULT,
      progress: (received, total) => bar.update(received, total ?? received),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
  } catch (error) {
    bar.stop();
    say(
      `The trained weights could not be fetched (${(error as Error).message.split("\n")[0]}): going on with initial ones.`,
    );
    manualSeed(seed);
    return resnet18();
  } finally {
    bar.stop();
  }
}

async function fromFile(path: string): Promise<ResNet> {
  const model = resnet18();
  const saved = await load(path);
  if (!(saved instanceof Map))
    throw new TypeError(`--weights: need a file with a state dict; got ${typeof saved} in ${path}.`);
  model.loadStateDict(saved as Map<string, Tensor>);
  return model;
}

/** The model of the tutorial, in training mode. */
export async function loadModel(options: WeightsOptions): Promise<ResNet> {
  manualSeed(options.seed);
  if (options.weights === "default") return fromWeb(options);
  return options.weights === "none" ? resnet18() : fromFile(options.weights);
}
