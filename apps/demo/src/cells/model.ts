import type { ResNet } from "@ag/models";
import { crossEntropy } from "@ag/nn";
import { SGD } from "@ag/optim";
import { rand, slice, type Tensor } from "@ag/tensor";
import type { Cell, Tools } from "../cell.ts";

/** How the program gets its model: with weights, or freshly initialised. */
export interface ModelSource extends Tools {
  readonly loadModel: () => Promise<ResNet>;
}

interface Loaded extends Tools {
  readonly model: ResNet;
  readonly data: Tensor;
  readonly labels: Tensor;
}

export const load: Cell = {
  number: 1,
  title: "A model, one image of random numbers, and its label",
  run: async ({ loadModel, print }: ModelSource) => {
    const model = await loadModel();
    const data = rand(1, 3, 64, 64);
    const labels = rand(1, 1000);
    print(data.shape, labels.shape);
    return { model, data, labels };
  },
};

export const forward: Cell = {
  number: 2,
  title: "The forward pass: run the input through every layer",
  run: ({ model, data, print }: Loaded) => {
    const prediction = model.forward(data);
    print(prediction.at(0, slice(0, 5)));
    return { prediction };
  },
};

export const backward: Cell = {
  number: 3,
  title: "The backward pass: autograd stores a gradient in every parameter's grad",
  run: ({ model, prediction, labels, print }: Loaded & { readonly prediction: Tensor }) => {
    const loss = prediction.sub(labels).sum();
    loss.backward();
    print(loss);
    print(model.parameters().at(-1)?.grad?.at(slice(0, 5)));
    return { loss };
  },
};

export const register: Cell = {
  number: 4,
  title: "An optimizer, with all parameters of the model registered",
  run: ({ model, print }: Loaded) => {
    const optim = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
    print(optim.paramGroups[0]?.params.length);
    return { optim };
  },
};

export const step: Cell = {
  number: 5,
  title: "Gradient descent: each parameter moves by its gradient",
  run: ({ model, optim, print }: Loaded & { readonly optim: SGD }) => {
    optim.step();
    print(model.conv1.weight.abs().sum());
    return undefined;
  },
};

export const train: Cell = {
  number: null,
  title: "Now you have all you need to train",
  run: ({ freshModel, labelsOf, print, now }: Training) => {
    const model = freshModel();
    const optimizer = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
    const [images, labels] = [rand(4, 3, 64, 64), labelsOf(4)];
    const start = now();
    for (let i = 0; i < 10; i++) {
      const loss = crossEntropy(model.forward(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      print(`step ${i + 1}: loss ${loss.item().toFixed(4)}`);
    }
    print(`${((now() - start) / 10).toFixed(0)} ms a step`);
    return undefined;
  },
};

/** What the training cell is given. */
export interface Training extends Tools {
  readonly freshModel: () => ResNet;
  readonly labelsOf: (n: number) => Tensor;
  /** Milliseconds. */
  readonly now: () => number;
}
