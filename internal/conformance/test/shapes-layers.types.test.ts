/** Shapes in the types of layers. The compiler is the test: each line that is expected to fail has to. */
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  type Layer,
  Linear,
  MaxPool2d,
  Module,
  ModuleList,
  ReLU,
  Sequential,
} from "@ag/nn";
import { rand, type Shape, Tensor, zeros } from "@ag/tensor";
import { expect, test } from "vitest";
import { is } from "../src/is.ts";

test("a subclass writes a plain forward, and its rule is not asked", () => {
  class Mine extends Linear {
    override forward(x: Tensor): Tensor {
      return super.forward(x).flatten();
    }
  }
  const mine = new Mine(2, 3);
  is<Shape>()(mine.forward(zeros(4, 2)));
  expect(is<Shape>()(new Sequential(mine, new ReLU()).forward(zeros(4, 2))).shape).toEqual([12]);

  class Kept extends Linear<2, 3> {}
  is<[4, 3]>()(new Kept(2, 3).forward(zeros(4, 2)));
  is<[4, 3]>()(new Sequential(new Kept(2, 3)).forward(zeros(4, 2)));
});

test("subclasses choose options of their own", () => {
  class Half extends Conv2d {
    constructor(channels: number) {
      super(channels, 2 * channels, 3, { stride: 2, padding: 1 });
    }
  }
  class Overlapping extends MaxPool2d {
    constructor() {
      super(3, { stride: 2, ceilMode: true });
    }
  }
  class Loud extends ReLU {
    override forward(x: Tensor): Tensor {
      return super.forward(x).sum(0);
    }
  }
  class Stack extends Sequential {
    constructor() {
      super(new Half(1), new Overlapping());
      this.append(new Loud());
    }
  }
  is<[1, number, number, number]>()(new Half(1).forward(rand(1, 1, 8, 8)));
  is<[1, number, number]>()(new Overlapping().forward(rand(1, 8, 8)));
  is<Shape>()(new Sequential(new Loud()).forward(rand(1, 8)));
  expect(is<Shape>()(new Stack().forward(rand(2, 1, 8, 8))).shape).toEqual([2, 2, 2]);
});

test("one of several layers can be called", () => {
  const list = new ModuleList([new Linear(1, 2), new Linear(2, 3)]);
  let h: Tensor = zeros(1, 1);
  for (const layer of list) h = layer.forward(h);
  expect(is<Shape>()(h).shape).toEqual([1, 3]);
  const either = [new Linear(2, 3), new ReLU()][0]!;
  is<[4, 3] | [4, 2]>()(either.forward(zeros(4, 2)));
  const perhaps = [new Linear(2, 3) as Linear<2, 3> | Layer][0]!;
  is<Shape>()(perhaps.forward(zeros(4, 2)));
});

test("a field without sizes takes any layer, and knows none", () => {
  class Net extends Module {
    conv: Conv2d = new Conv2d(1, 4, 7, { stride: 2, padding: 3 });
    pool: MaxPool2d = new MaxPool2d(3, { stride: 2, ceilMode: true });
    norm: BatchNorm2d = new BatchNorm2d(4);
    body: Sequential = new Sequential(new Linear(3, 4));
    head: Linear = new Linear(4, 2);
    flat: Flatten = new Flatten({ startDim: 2 });
    layers: ModuleList<Linear> = new ModuleList([new Linear(1, 2), new Linear(2, 3)]);

    forward(x: Tensor): Tensor {
      return this.norm.forward(this.conv.forward(x));
    }
  }
  const net = new Net();
  is<[1, number, number, number]>()(net.conv.forward(rand(1, 1, 9, 9)));
  is<[1, 2, number, number]>()(net.pool.forward(rand(1, 2, 9, 9)));
  is<[1, number]>()(net.head.forward(rand(1, 4)));
  is<Shape>()(net.body.forward(rand(1, 3)));
  is<Shape>()(net.flat.forward(rand(1, 3, 4, 5)));
  net.head = new Linear(4, 7);
  net.conv = new Conv2d(1, 4, 3);
  net.body.append(new ReLU());
  const layer: Layer = net.conv;
  is<Shape>()(layer.forward(rand(1, 1, 9, 9)));
  expect(is<Shape>()(net.forward(rand(2, 1, 9, 9))).shape).toEqual([2, 4, 7, 7]);
});

test("what a type claims cannot be changed behind it", () => {
  const net = new Sequential(new Linear(3, 4), new ReLU());
  is<[1, 4]>()(net.forward(rand(1, 3)));
  // @ts-expect-error its type knows the layers
  net.append(new Linear(4, 4));
  // @ts-expect-error its type knows the layers
  net.set(0, new Linear(3, 4));
  const open: Sequential = net;
  open.append(new Linear(4, 2));
  is<Shape>()(open.forward(rand(1, 3)));
  const empty = new Sequential();
  empty.append(new Linear(3, 4));
  expect(is<Shape>()(empty.forward(rand(1, 3))).shape).toEqual([1, 4]);
  const list: Layer[] = [new Linear(3, 4)];
  is<Shape>()(new Sequential(...list).append(new ReLU()).forward(rand(1, 3)));
  is<Shape>()(new Sequential(new Map([["fc", new Linear(3, 4)]])).forward(rand(1, 3)));
});

test("options are checked as ever, though some are inferred", () => {
  // @ts-expect-error there is no option of that name
  expect(() => new Conv2d(1, 2, 3, { strid: 2 })).toThrow("unexpected keyword argument");
  // @ts-expect-error nor here
  expect(() => new MaxPool2d(2, { strid: 2 })).toThrow("unexpected keyword argument");
  const options: { readonly stride?: number } = { stride: 2 };
  is<[1, 2, number, number]>()(new Conv2d(1, 2, 3, { stride: 1 + 1 }).forward(rand(1, 1, 9, 9)));
  is<[1, 2, number, number]>()(new MaxPool2d(2, { stride: options.stride ?? 1 }).forward(rand(1, 2, 9, 9)));
});

test("functions of type parameters compile", () => {
  const any = <T extends Tensor>(x: T): Tensor => new Linear(3, 4).forward(new ReLU().forward(x));
  const flat = <S extends Shape>(x: Tensor<S>): Tensor => new Flatten().forward(new Conv2d(1, 2, 3).forward(x));
  expect(any(rand(2, 3)).shape).toEqual([2, 4]);
  expect(flat(rand(2, 1, 3, 3)).shape).toEqual([2, 2]);
});

test("a forward may be of any batch", () => {
  class Net extends Module {
    readonly conv = new Conv2d(1, 2, 3);
    readonly norm = new BatchNorm2d(2);
    readonly head = new Sequential(new Flatten(), new Linear(18, 4), new ReLU());

    forward<N extends number>(x: Tensor<[N, 1, 5, 5]>): Tensor<[N, 4]> {
      return this.head.forward(this.norm.forward(this.conv.forward(x)));
    }
  }
  expect(is<[2, 4]>()(new Net().forward(rand(2, 1, 5, 5))).shape).toEqual([2, 4]);
});

test("a layer is refused what does not fit", () => {
  // @ts-expect-error features 5 and 3 differ
  expect(() => new Linear(3, 4).forward(rand(2, 5))).toThrow("cannot be multiplied");
  // @ts-expect-error channels 2 and 1 differ
  expect(() => new Conv2d(1, 2, 3).forward(rand(1, 2, 9, 9))).toThrow("channels");
  // @ts-expect-error features 4 and 5 differ
  expect(() => new Sequential(new Linear(3, 4), new Linear(5, 2)).forward(rand(1, 3))).toThrow("cannot be multiplied");
  is<Shape>()(new Linear(3, 4).forward(rand(2, 3) as Tensor));
  const unknown: unknown = rand(2, 3);
  if (unknown instanceof Tensor) new Linear(3, 4).forward(unknown);
});
