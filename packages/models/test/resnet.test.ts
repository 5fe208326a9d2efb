import { noGrad } from "@ag/autograd";
import { BasicBlock, ResNet, ResNet18_Weights, ResNet34_Weights, resnet18, resnet34, verifyWeights } from "@ag/models";
import { Linear } from "@ag/nn";
import { manualSeed, memory, rand, type Tensor, ValueError, zeros } from "@ag/tensor";
import { beforeAll, expect, test } from "vitest";
import golden from "./goldens/resnet18.json" with { type: "json" };

/** In hexadecimal digits. */
async function digest(x: Tensor): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", x.rawBytes()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let model: ResNet;
let next: Tensor;

beforeAll(() => {
  manualSeed(0);
  model = resnet18();
  next = rand(4);
});

test("all 122 tensors and the next draw have torchvision's bits", async () => {
  const state = model.stateDict();
  const digests = [...state].map(async ([key, x]) => [key, await digest(x)]);
  expect(Object.fromEntries(await Promise.all(digests))).toEqual(golden.state);
  expect([...state.keys()]).toEqual(Object.keys(golden.state));
  expect(Object.fromEntries([...state].map(([key, x]) => [key, x.shape]))).toEqual(golden.shapes);
  expect(next.tolist()).toEqual(golden.next);
});

test("structure and text", () => {
  expect(String(model)).toBe(golden.text);
  expect(model.namedParameters().map(([name]) => name)).toEqual(golden.parameters);
  const count = model.parameters().reduce((sum, p) => sum + p.numel(), 0);
  expect(count).toBe(ResNet18_Weights.DEFAULT.meta.numParams);
});

test("evaluation gives torchvision's numbers", () => {
  manualSeed(1);
  const out = model
    .eval()
    .forward(rand(2, 3, 64, 64))
    .detach()
    .tolist() as number[][];
  model.train();
  golden.eval.forEach((row, i) => {
    row.forEach((x, j) => {
      expect(Math.abs(out[i]![j]! - x)).toBeLessThan(1e-4);
    });
  });
});

test("training: outputs, gradients through every in-place step, running statistics", () => {
  manualSeed(2);
  const out = model.forward(rand(4, 3, 64, 64));
  out.mul(rand(4, 1000)).sum().backward();
  const rows = out.detach().tolist() as number[][];
  golden.train.forEach((row, i) => {
    row.forEach((x, j) => {
      expect(Math.abs(rows[i]![j]! - x)).toBeLessThan(1e-4);
    });
  });
  const far = (ours: number, wanted: number, tolerance: number): boolean =>
    !(Math.abs(ours - wanted) < tolerance * Math.max(1, Math.abs(wanted)));
  const wrong = [
    ...model.namedParameters().map(([name, p]) => ({
      name,
      isFar: far(p.grad!.norm().item(), golden.gradients[name as "fc.bias"], 1e-3),
    })),
    ...model.namedBuffers().map(([name, b]) => ({
      name,
      isFar: far(b.double().sum().item(), golden.statistics[name as "bn1.running_var"], 1e-4),
    })),
  ];
  expect(wrong).toHaveLength(122);
  expect(wrong.filter(({ isFar }) => isFar)).toEqual([]);
});

test("nothing but the output is left in memory, if nobody keeps it", () => {
  manualSeed(0);
  const small = resnet18({ numClasses: 10 });
  const x = rand(1, 3, 64, 64);
  const forward = (): Tensor => noGrad(() => small.forward(x));
  forward(); // the first makes what is kept for good
  const { blocks } = memory();
  const out = forward();
  expect(memory().blocks - blocks).toBe(1);
  const seen: (readonly [Tensor, unknown])[] = [];
  const see = (x: Tensor): number => seen.push([x, x.tolist()]);
  small.layer2.registerForwardHook((_, [x]) => void see(x as Tensor));
  small.avgpool.registerForwardHook((_, __, x) => void see(x as Tensor));
  const own = small.fc.forward.bind(small.fc);
  small.fc.forward = (features: Tensor) => {
    see(features);
    return own(features);
  };
  expect(forward().tolist()).toEqual(out.tolist());
  expect(seen).toHaveLength(3);
  for (const [x, elements] of seen) expect(x.tolist()).toEqual(elements);
});

test("options", () => {
  manualSeed(0);
  const small: ResNet = resnet18({ numClasses: 10, zeroInitResidual: true });
  expect(small.stateDict().get("fc.weight")!.shape).toEqual([10, 512]);
  expect(small.stateDict().get("layer2.1.bn2.weight")!.sum().item()).toBe(0);
  expect(small.stateDict().get("layer2.1.bn1.weight")!.sum().item()).toBe(128);
  small.fc = new Linear(512, 3);
  expect(small.eval().forward(zeros([1, 3, 32, 32])).shape).toEqual([1, 3]);
  expect([...small.stateDict().keys()]).toEqual(Object.keys(golden.state));
  const large = resnet34();
  expect(large.parameters().reduce((sum, p) => sum + p.numel(), 0)).toBe(ResNet34_Weights.DEFAULT.meta.numParams);
});

test("weights", async () => {
  const { url, meta, transforms } = ResNet18_Weights.DEFAULT;
  expect(ResNet18_Weights.IMAGENET1K_V1).toBe(ResNet18_Weights.DEFAULT);
  expect(url).toBe("https://download.pytorch.org/models/resnet18-f37072fd.pth");
  expect(ResNet34_Weights.DEFAULT.url).toBe("https://download.pytorch.org/models/resnet34-b627a593.pth");
  expect(meta.categories).toHaveLength(1000);
  expect(new Set(meta.categories).size).toBe(1000);
  expect([0, 1, 2, 281, 999].map((i) => meta.categories[i])).toEqual([
    "tench",
    "goldfish",
    "great white shark",
    "tabby",
    "toilet tissue",
  ]);
  expect([meta.minSize, transforms.crop, transforms.resize]).toEqual([[1, 1], 224, 256]);
  expect(verifyWeights(ResNet18_Weights, "DEFAULT")).toBe(ResNet18_Weights.DEFAULT);
  await expect(resnet18({ weights: ResNet34_Weights.DEFAULT })).rejects.toThrow(
    "weights: need one of IMAGENET1K_V1, DEFAULT of ResNet18_Weights; got ResNet34_Weights.IMAGENET1K_V1",
  );
  await expect(resnet18({ weights: "V9" as never })).rejects.toThrow('got "V9"');
  await expect(resnet18({ weights: "DEFAULT", numClasses: 10 })).rejects.toThrow(
    "The parameter 'num_classes' expected value 1000 but got 10",
  );
});

test("an option that does not exist, or of another kind, is refused", async () => {
  const build = resnet18 as (options: unknown) => unknown;
  for (const options of [{ pretraind: true }, { numClasses: 2.5 }, { numclasses: 3 }, { zeroInitResidual: 1 }, 5, true])
    expect(() => build(options)).toThrow(ValueError);
  await expect(build({ weights: "DEFAULT", progess: false })).rejects.toThrow("Did you mean progress?");
  const Block = BasicBlock as unknown as new (...args: readonly unknown[]) => BasicBlock;
  for (const args of [
    [],
    [4],
    [4, 2.5],
    [4, "4"],
    [4, 4, { stide: 2 }],
    [4, 4, { stride: "2" }],
    [4, 4, { downsample: 5 }],
  ])
    expect(() => new Block(...args)).toThrow(/^BasicBlock: /);
  const Class = ResNet as unknown as new (...args: readonly unknown[]) => ResNet;
  for (const stages of [undefined, [1, 1, 1], [1, 1, 1, 0.5]]) expect(() => new Class(stages)).toThrow(ValueError);
});
