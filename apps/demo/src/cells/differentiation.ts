import { type Tensor, tensor } from "@ag/tensor";
import type { Cell, Tools } from "../cell.ts";

interface Operands extends Tools {
  readonly a: Tensor;
  readonly b: Tensor;
}

export const leaves: Cell = {
  number: 6,
  title: "Two tensors whose every operation should be tracked",
  run: ({ print }: Tools) => {
    const a = tensor([2, 3], { requiresGrad: true });
    const b = tensor([6, 4], { requiresGrad: true });
    print(a);
    print(b);
    return { a, b };
  },
};

export const formula: Cell = {
  number: 7,
  title: "Q = 3a³ − b²",
  run: ({ a, b, print }: Operands) => {
    const Q = a.pow(3).mul(3).sub(b.pow(2));
    print(Q);
    return { Q };
  },
};

export const gradient: Cell = {
  number: 8,
  title: "Q is a vector, so its gradient dQ/dQ = 1 is given explicitly",
  run: ({ print }: Tools) => {
    const externalGrad = tensor([1, 1]);
    print(externalGrad);
    return { externalGrad };
  },
};

export const deposit: Cell = {
  number: 9,
  title: "Gradients are deposited in a.grad and b.grad",
  run: ({ a, b, Q, externalGrad, print }: Operands & { readonly Q: Tensor; readonly externalGrad: Tensor }) => {
    Q.backward(externalGrad);
    print(a.grad);
    print(b.grad);
    return undefined;
  },
};

export const check: Cell = {
  number: 10,
  title: "Are the collected gradients right? 9a² and −2b",
  run: ({ a, b, print }: Operands & { readonly a: Tensor; readonly b: Tensor }) => {
    print(a.pow(2).mul(9).eq(a.grad!));
    print(b.mul(-2).eq(b.grad!));
    return undefined;
  },
};
