import { ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { Flatten, Identity } from "./flatten.ts";

const x = normal([2, 3, 2, 2]);

export const samples: LayerSample[] = [
  ...layersFor(Flatten, "torch.nn.Flatten", { startDim: true, endDim: true }, [
    { name: "plain", make: [], args: [x] },
    { name: "all", make: [{ startDim: 0 }], args: [x] },
    { name: "first ones", make: [{ startDim: 0, endDim: 1 }], args: [x] },
    { name: "middle ones", make: [{ endDim: -2 }], args: [x] },
    { name: "flat already", make: [], args: [normal([2, 3])] },
    { name: "beyond", make: [{ endDim: 4 }], args: [x], throws: ValueError, says: "Dimension out of range" },
    {
      name: "wrong way round",
      make: [{ startDim: 2, endDim: 1 }],
      args: [x],
      throws: ValueError,
      says: "start_dim cannot come after end_dim",
    },
  ]),
  ...layersFor(Identity, "torch.nn.Identity", {}, [{ name: "plain", make: [], args: [x] }]),
];
