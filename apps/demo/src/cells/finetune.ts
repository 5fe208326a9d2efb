import type { ResNet } from "@ag/models";
import { Linear } from "@ag/nn";
import { SGD } from "@ag/optim";
import type { Tensor } from "@ag/tensor";
import type { Cell, Tools } from "../cell.ts";

interface WithModel extends Tools {
  readonly model: ResNet;
}

export const freeze: Cell = {
  number: 12,
  title: "Freeze all the parameters in the network",
  run: ({ model, print }: WithModel) => {
    for (const param of model.parameters()) param.requiresGrad = false;
    print(model.parameters().filter((param) => param.requiresGrad).length);
    return undefined;
  },
};

export const head: Cell = {
  number: 13,
  title: "A new head: the only layer that learns",
  run: ({ model, print }: WithModel) => {
    model.fc = new Linear(512, 10);
    print(model.fc);
    for (const [name, param] of model.namedParameters()) if (param.requiresGrad) print(name);
    return undefined;
  },
};

export const finetune: Cell = {
  number: 14,
  title: "Optimize only the classifier",
  run: ({ model, data, print }: WithModel & { readonly data: Tensor }) => {
    const optimizer = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
    optimizer.zeroGrad();
    model.forward(data).sum().backward();
    optimizer.step();
    print(model.parameters().filter((param) => param.grad !== null).length);
    print(optimizer.state.size);
    return undefined;
  },
};
