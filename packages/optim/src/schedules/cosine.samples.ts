import { ValueError } from "@ag/tensor";
import { type SchedulerSample, schedulersFor } from "../sample.ts";
import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "./cosine.ts";

const place = "torch.optim.lr_scheduler";

export const samples: SchedulerSample[] = [
  ...schedulersFor(CosineAnnealingLR, `${place}.CosineAnnealingLR`, { etaMin: true, lastEpoch: true }, [
    { name: "plain", make: [30] },
    { name: "least rate", make: [15, { etaMin: 0.01 }] },
    { name: "every epoch", make: [1, { etaMin: 0.05 }] },
    { name: "longer than the run", make: [1000] },
    { name: "one group grows", make: [15, { etaMin: 0.2 }] },
    { name: "later", make: [20, { etaMin: 0.01, lastEpoch: 4 }] },
    { name: "no period", make: [0], throws: ValueError, says: "need a whole number > 0 as tMax", onlyHere: true },
    {
      name: "least rate of NaN",
      make: [3, { etaMin: Number.NaN }],
      throws: ValueError,
      says: "need a number as etaMin",
      onlyHere: true,
    },
  ]),
  ...schedulersFor(
    CosineAnnealingWarmRestarts,
    `${place}.CosineAnnealingWarmRestarts`,
    { tMult: true, etaMin: true, lastEpoch: true },
    [
      { name: "plain", make: [30] },
      { name: "longer and longer", make: [5, { tMult: 2 }] },
      { name: "least rate", make: [12, { etaMin: 0.01, tMult: 3 }] },
      { name: "every epoch", make: [1, { etaMin: 0.05 }] },
      { name: "later", make: [7, { etaMin: 0.01, tMult: 2, lastEpoch: 4 }] },
      { name: "no period", make: [0], throws: ValueError, says: "Expected positive integer T_0" },
      { name: "half a period", make: [1.5], throws: ValueError, says: "Expected positive integer T_0" },
      {
        name: "shorter and shorter",
        make: [4, { tMult: 0 }],
        throws: ValueError,
        says: "Expected integer T_mult >= 1",
      },
    ],
  ),
];
