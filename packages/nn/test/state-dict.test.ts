import "@ag/autograd";
import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, Parameter, ReLU, Sequential } from "@ag/nn";
import { manualSeed, ones, type Tensor, tensor, zeros } from "@ag/tensor";
import { expect, test } from "vitest";
import golden from "./goldens/nn.json" with { type: "json" };

const metadata = Symbol.for("@ag/metadata");

class Net extends Module {
  readonly features: Sequential = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1, bias: false }),
    new BatchNorm2d(8),
    new ReLU({ inplace: true }),
    new MaxPool2d(2),
  );
  readonly head: Sequential = new Sequential(new Flatten(), new Dropout(0.25), new Linear(32, 4));
  forward(x: Tensor): Tensor {
    return this.head.forward(this.features.forward(x));
  }
}

type State = Map<string, Tensor>;

const message = (state: State): string | null => {
  try {
    new Net().loadStateDict(state);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

/** A state dict as a file gives it. */
const withVersions = (state: State, versions: unknown): State =>
  Object.assign(new Map(state), { [metadata]: versions });

const versionsOf = (state: State): Map<string, Map<string, number>> =>
  (state as unknown as Record<symbol, Map<string, Map<string, number>>>)[metadata]!;

test("keys, names, versions and text", () => {
  expect(String(new Net())).toBe(golden.text);
  const state = new Net().stateDict();
  expect([...state.keys()]).toEqual(golden.keys);
  expect(new Net().namedModules().map(([name]) => name)).toEqual(golden.names);
  expect(Object.fromEntries([...versionsOf(state)].map(([path, facts]) => [path, facts.get("version")]))).toEqual(
    golden.versions,
  );
  expect(JSON.stringify(Object.keys(state))).toBe("[]"); // versions are not an entry
});

test("loading copies and converts", () => {
  const [from, to] = [new Net(), new Net()];
  from.to("float64");
  expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
  for (const [key, x] of to.stateDict()) {
    expect(x.tolist()).toEqual(from.stateDict().get(key)!.tolist());
    expect(x.dtype).not.toBe("float64");
  }
  const same = to.stateDict().get("head.2.weight")!.tolist();
  to.loadStateDict(to.stateDict());
  expect(to.stateDict().get("head.2.weight")!.tolist()).toEqual(same);
});

test("all problems in one error, with PyTorch's text, and nothing written", () => {
  const renamed = new Map(new Net().stateDict());
  const rename = (from: string, to: string): void => {
    renamed.set(to, renamed.get(from)!);
    renamed.delete(from);
  };
  rename("head.2.weight", "head.2.wait");
  rename("features.1.running_mean", "features.1.mean");
  renamed.set("extra", zeros([1]));
  renamed.set("head.2.bias", zeros([5]));
  expect(message(renamed)).toBe(golden.errors.several);
  const net = new Net();
  const texts = (): string[] => [...net.stateDict().values()].map(String);
  const before = texts();
  expect(() => net.loadStateDict(renamed)).toThrow("Missing key(s) in state_dict");
  expect(() => net.loadStateDict(renamed, { strict: false })).toThrow("size mismatch for head.2.bias");
  expect(texts()).toEqual(before);
  renamed.delete("head.2.bias");
  expect(net.loadStateDict(renamed, { strict: false })).toEqual({
    missingKeys: ["features.1.running_mean", "head.2.weight", "head.2.bias"],
    unexpectedKeys: ["extra", "features.1.mean", "head.2.wait"],
  });
});

test("counters that old files lack", () => {
  const state = new Net().stateDict();
  const uncounted = new Map([...state].filter(([key]) => !key.endsWith("num_batches_tracked")));
  const versions = new Map([["features.1", new Map([["version", 1]])]]);
  expect(message(uncounted)).toBe(golden.errors["no counters, no versions"]);
  expect(message(withVersions(uncounted, versions))).toBe(golden.errors["no counters, version 1"]);
  expect(message(withVersions(uncounted, versionsOf(state)))).toBe(golden.errors["no counters, version 2"]);
  const net = new Net();
  (net.features.at(1) as BatchNorm2d).numBatchesTracked!.fill_(5);
  net.loadStateDict(uncounted);
  expect((net.features.at(1) as BatchNorm2d).numBatchesTracked!.item()).toBe(5);
});

test("a counter with one dimension, as the first files have it", () => {
  const state = new Net().stateDict().set("features.1.num_batches_tracked", tensor([7n]));
  const net = new Net();
  net.loadStateDict(state);
  expect((net.features.at(1) as BatchNorm2d).numBatchesTracked!.tolist()).toBe(7);
});

test("what is no tensor, and what is no Map", () => {
  const state = new Net().stateDict().set("head.2.bias", [1, 2] as never);
  expect(message(state)).toContain('While copying the parameter named "head.2.bias", expected torch.Tensor');
  expect(() => new Net().loadStateDict({} as never)).toThrow("Expected state_dict to be dict-like");
});

test("assign puts the given tensors in the place of the module's", () => {
  const net = new Net();
  const last = net.head.at(2) as Linear;
  last.weight.requiresGrad_(false);
  const state = new Net().to("float64").stateDict();
  const given = new Parameter(ones([4]));
  state.set("head.2.bias", given);
  net.loadStateDict(state, { assign: true });
  expect(last.weight).toBeInstanceOf(Parameter);
  expect([last.weight.dtype, last.weight.requiresGrad]).toEqual(["float64", false]);
  expect(last.weight.storage).toBe(state.get("head.2.weight")!.storage);
  expect(last.bias).toBe(given);
  const [first] = net.features.at(0).parameters();
  expect([first!.dtype, first!.requiresGrad]).toEqual(["float64", true]); // as before, though the state has none
  expect((net.features.at(1) as BatchNorm2d).runningMean).toBe(state.get("features.1.running_mean"));
});

test("a model's training goes on with the same draws after loading", () => {
  manualSeed(0);
  const [a, b] = [new Net(), new Net()];
  b.loadStateDict(a.stateDict());
  const x = ones([2, 3, 4, 4]);
  expect(b.eval().forward(x).tolist()).toEqual(a.eval().forward(x).tolist());
});
