import { savedTensorsHooks } from "@ag/autograd";
import { type Tensor, tensor } from "@ag/tensor";
import { expect, test } from "vitest";

const leaf = (): Tensor => tensor([1, 2, 3], { requiresGrad: true });

// Expected numbers were given by PyTorch 2.13.
test("what unpack makes stays, if somebody keeps it", () => {
  const x = leaf();
  const made: Tensor[] = [];
  const unpack = (list: number[]): Tensor => {
    if (made.length === 0) made.push(tensor(list));
    return made[0]!;
  };
  const y = savedTensorsHooks(
    (saved) => saved.tolist() as number[],
    unpack,
    () => x.pow(2).sum(),
  );
  y.backward(undefined, { retainGraph: true });
  y.backward();
  expect([x.grad?.tolist(), made[0]?.tolist()]).toEqual([
    [4, 8, 12],
    [1, 2, 3],
  ]);
});
