import { noGrad } from "@ag/autograd";
import { Flatten, Identity, type Layer, Linear, Module, ModuleList, ReLU, Sequential, Sigmoid, Tanh } from "@ag/nn";
import { memory, ones, rand, type Tensor, zeros } from "@ag/tensor";
import { describe, expect, test, vi } from "vitest";

/** Tensors that somebody has come to see, each with its elements at that time. */
class Album {
  readonly #seen: (readonly [Tensor, string])[] = [];

  /** Keeps what it is shown. */
  readonly see = (...values: readonly unknown[]): void => {
    for (const x of values as Tensor[]) this.#seen.push([x, String(x.tolist())]);
  };

  /** How many there are, or an error if one of them has changed. */
  get intact(): number {
    for (let i = 0; i < 8; i++) rand(2, 3).mul(rand(2, 3)); // would overwrite what was given back
    for (const [x, elements] of this.#seen)
      if (String(x.tolist()) !== elements) throw new Error(`need ${elements}; got ${String(x.tolist())}.`);
    return this.#seen.length;
  }
}

/** Blocks that a forward leaves behind. */
function left(net: Layer, x: Tensor): number {
  noGrad(() => net.forward(x)); // the first makes what is kept for good
  const { blocks } = memory();
  const out = noGrad(() => net.forward(x));
  const more = memory().blocks - blocks;
  out.tolist();
  return more;
}

const linear = (): Linear => new Linear(3, 3);
const around = (part: Layer): Layer =>
  new Sequential(linear(), new Sequential(new Tanh(), part, linear()), new Sigmoid(), linear());

describe("what layers make on their way", () => {
  test("is given back once it was used, and gradients come all the same", () => {
    const net = around(new Sequential(linear(), new ReLU({ inplace: true }), new Flatten(), new Identity()));
    const x = ones([2, 3]);
    expect(left(net, x)).toBe(1);
    net.forward(x).sum().backward();
    expect(net.parameters().every((p) => p.grad !== null)).toBe(true);
    expect(x.tolist()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  test("is given back inside of a module with hooks, and of one that is not of this library", () => {
    const album = new Album();
    const net = new Sequential(linear(), new Tanh(), linear());
    net.registerForwardHook((_, [x], out) => album.see(x, out));
    class Model extends Module {
      readonly net = net;
      forward(x: Tensor): Tensor {
        return this.net.forward(x);
      }
    }
    expect(left(new Model(), ones([2, 3]))).toBe(1);
    expect(album.intact).toBe(4);
  });

  test("is never the input, nor what was made outside", () => {
    const net = new Sequential(linear(), new Identity(), new ReLU({ inplace: true }));
    const tail = new Sequential(new Identity(), new Flatten(), linear());
    const album = new Album();
    const middle = noGrad(() => net.forward(ones([2, 3])));
    album.see(middle);
    tail.forward(middle);
    const x = zeros([2]);
    new Sequential(new Identity(), new Identity()).forward(x);
    expect([album.intact, x.tolist()]).toEqual([1, [0, 0]]);
  });
});

/** Modules that keep what passes through them: what `see` has seen must stay. */
type See = (...values: readonly unknown[]) => void;

class InField extends Module {
  last: Tensor | null = null;
  readonly part = linear();
  readonly see: See;
  constructor(see: See) {
    super();
    this.see = see;
  }
  forward(x: Tensor): Tensor {
    this.last = this.part.forward(x);
    const out = this.part.forward(this.last);
    this.see(x, this.last, out);
    return out;
  }
}

class KeepingLinear extends Linear {
  readonly see: See;
  constructor(see: See) {
    super(3, 3);
    this.see = see;
  }
  override forward(x: Tensor): Tensor {
    const out = super.forward(x);
    this.see(x, out);
    return out;
  }
}

class KeepingSequential extends Sequential {
  readonly see: See;
  constructor(see: See) {
    super(linear(), new Tanh());
    this.see = see;
  }
  override forward(x: Tensor): Tensor {
    const features: Tensor[] = [];
    let out = x;
    for (const layer of this) {
      out = layer.forward(out);
      features.push(out);
    }
    this.see(...features);
    return super.forward(features[0]!);
  }
}

class ArrowField extends Module {
  readonly part = linear();
  readonly see: See;
  constructor(see: See) {
    super();
    this.see = see;
  }
  override forward = (x: Tensor): Tensor => {
    const out = this.part.forward(x);
    this.see(x, out);
    return out;
  };
}

class Branches extends Module {
  readonly parts = new ModuleList([linear(), linear()]);
  forward(x: Tensor): { a: Tensor; b: Tensor } {
    return { a: this.parts.at(0).forward(x), b: this.parts.at(1).forward(x) };
  }
}

class Joined extends Module {
  readonly branches = new Branches();
  readonly see: See;
  constructor(see: See) {
    super();
    this.see = see;
  }
  forward(x: Tensor): Tensor {
    const { a, b } = this.branches.forward(x);
    this.see(x, a, b);
    return a.add(b);
  }
}

function hooked(see: See): Layer {
  const part = linear();
  part.registerForwardHook((_, [x], out) => see(x, out));
  return new Sequential(part, new Tanh());
}

function hookedBefore(see: See): Layer {
  const part = linear();
  part.registerForwardPreHook((_, inputs) => see(...inputs));
  return part;
}

/** Hooks that take themselves back. */
function once(see: See): Layer {
  const part = linear();
  const before = part.registerForwardPreHook((_, inputs) => {
    before.remove();
    see(...inputs);
  });
  const after = part.registerForwardHook((_, [x], out) => {
    after.remove();
    see(x, out);
  });
  return part;
}

/** A hook that is only registered while its module runs. */
function late(see: See): Layer {
  const inner = new Identity();
  const part = new Sequential(linear(), inner, linear());
  inner.registerForwardPreHook(() => void part.registerForwardHook((_, [x], out) => see(x, out)));
  return part;
}

/** A hook that runs layers of its own. */
function branching(see: See): Layer {
  const part = new Sequential(linear(), new Tanh());
  const [probe, head] = [linear(), linear()];
  part.registerForwardHook((_, __, out) => {
    const features = probe.forward(out as Tensor);
    see(out, features, head.forward(features));
  });
  return part;
}

/** Somebody's function in the place of a layer's forward, around it. */
function wrapped(see: See): Layer {
  const part = linear();
  const forward = part.forward.bind(part);
  part.forward = (x: Tensor) => {
    const out = forward(x);
    see(x, out);
    return out;
  };
  return part;
}

/** Somebody's function deep inside, which calls another part than its own. */
function replaced(see: See): Layer {
  const [inner, other] = [new Tanh(), linear()];
  inner.forward = (x: Tensor) => {
    see(x);
    return other.forward(x);
  };
  return new Sequential(new Sequential(inner), other);
}

/** The method of a class, replaced when modules of it were made. */
function spied(see: See): Layer {
  const part = new Sigmoid();
  const forward = Reflect.get(Sigmoid.prototype, "forward") as (this: Sigmoid, x: Tensor) => Tensor;
  vi.spyOn(Sigmoid.prototype, "forward").mockImplementation(function (this: Sigmoid, x) {
    const out = forward.call(this, x);
    see(x, out);
    return out;
  });
  return part;
}

const keepers: readonly (readonly [string, (see: See) => Layer, number])[] = [
  ["a field", (see) => new InField(see), 3],
  ["a subclass of a layer", (see) => new KeepingLinear(see), 2],
  ["a list of features", (see) => new KeepingSequential(see), 2],
  ["a field in the place of forward", (see) => new ArrowField(see), 2],
  ["outputs in an object", (see) => new Joined(see), 3],
  ["a hook after", hooked, 2],
  ["a hook before", hookedBefore, 1],
  ["hooks that remove themselves", once, 3],
  ["a hook that came late", late, 2],
  ["a hook with layers", branching, 3],
  ["a function around forward", wrapped, 2],
  ["a function instead of forward", replaced, 1],
  ["a method of the class that was replaced", spied, 4], // two of them in the net
];

describe.each(keepers)("what is kept by %s", (_, make, count) => {
  const ways: readonly (readonly [string, (body: () => Tensor) => Tensor])[] = [
    ["recorded", (body) => body()],
    ["not recorded", (body) => noGrad(body)],
  ];
  test.each(ways)("stays, %s", (__, run) => {
    const album = new Album();
    const part = make(album.see);
    const net = around(part);
    const out = run(() => net.forward(ones([2, 3])));
    album.see(out);
    expect(album.intact).toBe(count + 1);
    const y = out as Tensor;
    if (y.requiresGrad) y.sum().backward();
    expect(album.intact).toBe(count + 1);
    vi.restoreAllMocks();
  });
});

describe("random nets, a part of whose modules keeps what it sees", () => {
  let state = 1;
  const below = (n: number): number => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  const plain = [linear, () => new Tanh(), () => new Identity(), () => new Flatten(), () => new Sigmoid()];
  const keeping = keepers.slice(0, -1); // the last changes a class for all

  function randomNet(see: See, depth: number): Layer {
    if (depth === 0 || below(3) === 0)
      return below(4) === 0 ? keeping[below(keeping.length)]![1](see) : plain[below(5)]!();
    return new Sequential(...Array.from({ length: 1 + below(4) }, () => randomNet(see, depth - 1)));
  }

  /** The same, with nothing called as a module. */
  function byHand(net: Layer, x: Tensor): Tensor {
    return net.constructor === Sequential ? [...net].reduce((out, layer) => byHand(layer, out), x) : net.forward(x);
  }

  test("nothing that was seen changes, and the numbers are those of the layers", () => {
    let seen = 0;
    for (let i = 0; i < 300; i++) {
      const album = new Album();
      const net = randomNet(album.see, 4);
      const x = rand(2, 3);
      album.see(x);
      const out = i % 2 === 0 ? noGrad(() => net.forward(x)) : net.forward(x);
      album.see(out);
      seen += album.intact;
      expect(byHand(net, x).tolist()).toEqual(out.tolist());
    }
    expect(seen).toBeGreaterThan(1000);
  });
});
