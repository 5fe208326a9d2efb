import "@ag/autograd";
import { resnet18 } from "@ag/models";
import { SGD } from "@ag/optim";
import { manualSeed, rand } from "@ag/tensor";

manualSeed(0);
const m = resnet18();
const d = rand(1, 3, 64, 64),
  l = rand(1, 1000);
const o = new SGD(m.parameters(), { lr: 1e-2, momentum: 0.9 });
const out: number[] = [];
for (let i = 0; i < 3; i++) {
  const loss = m.forward(d).sub(l).sum();
  o.zeroGrad();
  loss.backward();
  o.step();
  out.push(loss.item());
}
console.log(out.join(" "));
