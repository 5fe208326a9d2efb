import { ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal, part } from "../sample.ts";
import { LeakyReLU, ReLU } from "./activation.ts";
import { BatchNorm2d } from "./batchnorm.ts";
import { Conv2d } from "./conv.ts";
import { Dropout } from "./dropout.ts";
import { Flatten, Identity } from "./flatten.ts";
import { Linear } from "./linear.ts";
import { MaxPool2d } from "./pooling.ts";
import { ModuleList, Sequential } from "./sequential.ts";

const features = part(
  Sequential,
  part(Conv2d, 3, 4, 3, { padding: 1, bias: false }),
  part(BatchNorm2d, 4),
  part(ReLU, { inplace: true }),
  part(MaxPool2d, 2),
);
const head = part(Sequential, part(Flatten), part(Dropout, 0.25), part(Linear, 16, 4));

export const samples: LayerSample[] = [
  ...layersFor(Sequential, "torch.nn.Sequential", {}, [
    { name: "empty", make: [], args: [normal([2, 3])] },
    { name: "numbered", make: [part(Linear, 3, 4), part(ReLU), part(Linear, 4, 2)], args: [normal([2, 3])] },
    {
      name: "named",
      make: [
        new Map([
          ["first", part(Linear, 3, 4)],
          ["middle", part(LeakyReLU, 0.125)],
        ]),
      ],
      args: [normal([2, 3])],
    },
    { name: "nested", make: [features, head], args: [normal([2, 3, 4, 5])], steps: 2 },
    { name: "no module", make: [3 as never], throws: ValueError, says: "is not a Module subclass" },
  ]),
  ...layersFor(ModuleList, "torch.nn.ModuleList", {}, [
    { name: "empty", make: [] },
    { name: "runs of equal ones", make: [[part(ReLU), part(ReLU), part(Linear, 1, 2), part(Identity)]] },
    { name: "nested", make: [[head, head]] },
    { name: "no module", make: [[3 as never]], throws: ValueError, says: "is not a Module subclass" },
    { name: "called", make: [[part(ReLU)]], args: [], throws: ValueError, says: "has no forward", onlyHere: true },
  ]),
];
