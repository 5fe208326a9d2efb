import { ValueError } from "@ag/tensor";
import { type SchedulerSample, schedulersFor } from "../sample.ts";
import { ExponentialLR, MultiStepLR, StepLR } from "./schedules.ts";

const counted = { exempt: "Rates follow from the present ones alone; the epoch shows in the state dict." } as const;

export const samples: SchedulerSample[] = [
  ...schedulersFor(StepLR, "torch.optim.lr_scheduler.StepLR", { gamma: true, lastEpoch: true }, [
    { name: "plain", make: [30] },
    { name: "gamma", make: [7, { gamma: 0.75 }] },
    { name: "every epoch", make: [1, { gamma: 0.9 }] },
    { name: "growing", make: [10, { gamma: 1.5 }] },
    { name: "later", make: [7, { gamma: 0.75, lastEpoch: 4 }] },
    { name: "no period", make: [0], throws: ValueError, says: "need a whole number > 0 as stepSize", onlyHere: true },
    { name: "half a period", make: [1.5], throws: ValueError, says: "need a whole number > 0", onlyHere: true },
  ]),
  ...schedulersFor(MultiStepLR, "torch.optim.lr_scheduler.MultiStepLR", { gamma: true, lastEpoch: true }, [
    { name: "plain", make: [[3, 50, 60]] },
    { name: "gamma", make: [[10, 20, 97], { gamma: 0.75 }] },
    { name: "twice, unsorted", make: [[40, 20, 40, 40], { gamma: 0.3 }] },
    { name: "never", make: [[200]] },
    { name: "later", make: [[2, 5, 12], { gamma: 0.5, lastEpoch: 4 }] },
    {
      name: "no number",
      make: [["3" as never]],
      throws: ValueError,
      says: "need a number as milestone",
      onlyHere: true,
    },
  ]),
  ...schedulersFor(ExponentialLR, "torch.optim.lr_scheduler.ExponentialLR", { lastEpoch: counted }, [
    { name: "plain", make: [0.9] },
    { name: "slow", make: [0.99] },
    { name: "growing", make: [1.01] },
    { name: "later", make: [0.9, { lastEpoch: 4 }] },
    { name: "no number", make: [Number.NaN], throws: ValueError, says: "need a number as gamma", onlyHere: true },
  ]),
];
