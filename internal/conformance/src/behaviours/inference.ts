/** Inference mode. */
import { ones, tensor } from "@ag/tensor";
import { grad, inferenceMode, isGradEnabled, noGrad } from "./api.ts";
import { type Behaviour, leaf, nodeName, plain, refused, row } from "./table.ts";

const update = "Inplace update to inference tensor outside InferenceMode";

export const inference: readonly Behaviour[] = [
  row(
    "what is made inside is an inference tensor, what was there is none",
    () => {
      const x = leaf([1]);
      const [a, b, c] = inferenceMode(() => [x.mul(2), ones(1), x] as const);
      return [x, a, b, c, plain([1])].map((t) => t.isInference());
    },
    `
    x = leaf([1])
    with inference_mode(): a, b, c = x * 2, torch.ones(1), x
    return [t.is_inference() for t in [x, a, b, c, plain([1])]]`,
  ),
  row(
    "nothing is recorded inside",
    () => {
      const x = leaf([1]);
      return inferenceMode(() => [x.mul(2).requiresGrad, nodeName(x.mul(2)), isGradEnabled(), x.mul(2).isLeaf]);
    },
    `
    x = leaf([1])
    with inference_mode(): return [(x * 2).requires_grad, node_name(x * 2), torch.is_grad_enabled(), (x * 2).is_leaf]`,
  ),
  row(
    "inference mode ends with its block, also with an error",
    () => {
      const first = refused("mine", () =>
        inferenceMode(() => {
          throw new Error("mine");
        }),
      );
      return [first, plain([1]).isInference(), leaf([1]).mul(2).requiresGrad];
    },
    `
    def fail():
        with inference_mode(): raise ValueError("mine")
    return [refused("mine", fail), plain([1]).is_inference(), (leaf([1]) * 2).requires_grad]`,
  ),
  row(
    "inference mode as a guard",
    () => {
      const seen: unknown[] = [];
      {
        using _ = inferenceMode();
        seen.push(ones(1).isInference());
      }
      return [...seen, ones(1).isInference()];
    },
    `
    seen = []
    with inference_mode(): seen.append(torch.ones(1).is_inference())
    return seen + [torch.ones(1).is_inference()]`,
  ),
  row(
    "an inference tensor may not be saved for backward",
    () => {
      const c = inferenceMode(() => plain([2]));
      const x = leaf([1]);
      return refused("Inference tensors cannot be saved for backward", () => x.mul(c));
    },
    `
    with inference_mode(): c = plain([2])
    x = leaf([1])
    return refused("Inference tensors cannot be saved for backward", lambda: x * c)`,
  ),
  row(
    "it may take part where nothing is saved",
    () => {
      const c = inferenceMode(() => plain([2]));
      const x = leaf([1]);
      const y = x.add(c);
      y.backward();
      return [y.isInference(), y.requiresGrad, x.grad];
    },
    `
    with inference_mode(): c = plain([2])
    x = leaf([1])
    y = x + c
    y.backward()
    return [y.is_inference(), y.requires_grad, x.grad]`,
  ),
  row(
    "outside, a result of inference tensors is a normal one",
    () => {
      const c = inferenceMode(() => plain([2]));
      return [c.mul(3).isInference(), c.clone().isInference(), c.mul(3).requiresGrad];
    },
    `
    with inference_mode(): c = plain([2])
    return [(c * 3).is_inference(), c.clone().is_inference(), (c * 3).requires_grad]`,
  ),
  row(
    "outside, it is not written",
    () => {
      const c = inferenceMode(() => plain([2]));
      return [refused(update, () => c.add_(1)), refused(update, () => c.zero_())];
    },
    `
    with inference_mode(): c = plain([2])
    text = "Inplace update to inference tensor outside InferenceMode"
    return [refused(text, lambda: c.add_(1)), refused(text, lambda: c.zero_())]`,
  ),
  row(
    "nor is it under noGrad; inside it is",
    () => {
      const c = inferenceMode(() => plain([2]));
      const refusal = refused(update, () => noGrad(() => c.add_(1)));
      inferenceMode(() => c.mul_(5));
      return [refusal, c.mul(1).shape];
    },
    `
    with inference_mode(): c = plain([2])
    def write():
        with no_grad(): c.add_(1)
    refusal = refused("Inplace update to inference tensor outside InferenceMode", write)
    with inference_mode(): c.mul_(5)
    return [refusal, list(c.shape)]`,
  ),
  row(
    "its flag cannot be set outside",
    () => {
      const c = inferenceMode(() => plain([2]));
      return [
        refused("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed", () =>
          c.requiresGrad_(),
        ),
        c.requiresGrad_(false).requiresGrad,
      ];
    },
    `
    with inference_mode(): c = plain([2])
    return [refused("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed",
        lambda: c.requires_grad_()), c.requires_grad_(False).requires_grad]`,
  ),
  row(
    "its flag can be set inside, and leads to nothing",
    () => {
      const [c, y] = inferenceMode(() => {
        const c = ones(2).requiresGrad_();
        return [c, c.mul(2)] as const;
      });
      return [c.requiresGrad, c.isLeaf, y.requiresGrad];
    },
    `
    with inference_mode():
        c = torch.ones(2).requires_grad_()
        y = c * 2
    return [c.requires_grad, c.is_leaf, y.requires_grad]`,
  ),
  row(
    "views of inference tensors are such, also outside",
    () => {
      const c = inferenceMode(() => plain([[1, 2]]));
      return [c.t().isInference(), inferenceMode(() => c.at(0)).isInference(), c.detach().isInference()];
    },
    `
    with inference_mode(): c = plain([[1, 2]])
    with inference_mode(): v = c[0]
    return [c.t().is_inference(), v.is_inference(), c.detach().is_inference()]`,
  ),
  row(
    "views that are made inside of a normal tensor are normal",
    () => {
      const x = leaf([1, 2]);
      const v = inferenceMode(() => x.view(2, 1));
      return [v.isInference(), v.requiresGrad];
    },
    `
    x = leaf([1, 2])
    with inference_mode(): v = x.view(2, 1)
    return [v.is_inference(), v.requires_grad]`,
  ),
  row(
    "such a view is not written outside where it requires grad",
    () => {
      const y = leaf([1, 2]).mul(1);
      const v = inferenceMode(() => y.view(2, 1));
      return refused("A view was created in inference mode and is being modified inplace", () => v.mul_(2));
    },
    `
    y = leaf([1, 2]) * 1
    with inference_mode(): v = y.view(2, 1)
    return refused("A view was created in inference mode and is being modified inplace", lambda: v.mul_(2))`,
  ),
  row(
    "a normal tensor may be written inside, and counts it",
    () => {
      const x = plain([1, 2]);
      const y = leaf([1]);
      inferenceMode(() => {
        x.add_(1);
        y.mul_(4);
      });
      return [x, x.version, x.isInference(), y];
    },
    `
    x, y = plain([1, 2]), leaf([1])
    with inference_mode():
        x.add_(1)
        y.mul_(4)
    return [x, x._version, x.is_inference(), y]`,
  ),
  row(
    "an inference tensor has no version",
    () => {
      const c = inferenceMode(() => plain([1]));
      return refused("Inference tensors do not track version counter", () => c.version);
    },
    `
    with inference_mode(): c = plain([1])
    return refused("Inference tensors do not track version counter", lambda: c._version)`,
  ),
  row(
    "a backward inside",
    () => {
      const x = leaf([3]);
      const y = x.mul(x);
      inferenceMode(() => y.backward());
      return [x.grad, x.grad!.isInference()];
    },
    `
    x = leaf([3])
    y = x * x
    with inference_mode(): y.backward()
    return [x.grad, x.grad.is_inference()]`,
  ),
  row(
    "grad inside",
    () => {
      const x = leaf([3]);
      const y = x.mul(x);
      const [g] = inferenceMode(() => grad(y, x));
      return [g, g!.isInference()];
    },
    `
    x = leaf([3])
    y = x * x
    with inference_mode(): g, = grad(y, x)
    return [g, g.is_inference()]`,
  ),
  row(
    "inference mode inside of inference mode, and casts",
    () =>
      inferenceMode(() => [
        inferenceMode(() => tensor([1n])).isInference(),
        plain([1]).double().isInference(),
        plain([1]).gt(0).isInference(),
      ]),
    `
    with inference_mode():
        with inference_mode(): c = torch.tensor([1])
        return [c.is_inference(), plain([1]).double().is_inference(), (plain([1]) > 0).is_inference()]`,
  ),
];
