import { Tensor } from "../../core/tensor.ts";
import { slice } from "../../layout/slice.ts";
import { tensor } from "../../make/factories.ts";
import { normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { add } from "../pointwise/arithmetic.ts";
import { t } from "../shape/permute.ts";
import { at, type Index, setAt_ } from "./at.ts";

const { x } = shared({ x: normal([2, 3, 4]) });
const [pair, few, single] = [tensor([1n, 0n]), tensor([2n, 0n, -1n]), tensor([1n])];
const mask = tensor([
  [true, false, true],
  [false, true, true],
]);
const row = tensor([true, false, true]);

/** Names of the tensors above in Python. */
const python =
  "(lambda pair, few, single, mask, row: lambda x, *v: READ)(torch.tensor([1, 0]), torch.tensor([2, 0, -1]), torch.tensor([1])," +
  " torch.tensor([[True, False, True], [False, True, True]]), torch.tensor([True, False, True]))";

type Case = readonly [python: string, index: readonly Index[], throws?: string];

const cases: readonly Case[] = [
  ["0", [0]],
  ["1, -1", [1, -1]],
  ["0, 2, 1", [0, 2, 1]],
  [":, 1:", [slice(), slice(1)]],
  ["1:", [slice(1)]],
  [":", [slice()]],
  ["..., ::2", ["...", slice(null, null, 2)]],
  ["..., 0", ["...", 0]],
  ["...", ["..."]],
  ["0, 1:3, None", [0, slice(1, 3), null]],
  ["None, 1", [null, 1]],
  [":, -2:-1", [slice(), slice(-2, -1)]],
  [":, 5:", [slice(), slice(5)]],
  ["pair", [pair]],
  [":, few", [slice(), few]],
  ["..., few", ["...", few]],
  ["pair, :, pair", [pair, slice(), pair]],
  ["pair, pair", [pair, pair]],
  [":, pair, pair", [slice(), pair, pair]],
  [":, few[:, None]", [slice(), few.unsqueeze(1)]],
  ["pair[:, None], few", [pair.unsqueeze(1), few]],
  ["0, :, pair", [0, slice(), pair]],
  ["single[0]", [single.select(0, 0)]],
  ["single[0], pair", [single.select(0, 0), pair]],
  ["pair, 1:", [pair, slice(1)]],
  ["pair, None", [pair, null]],
  [":, None, pair", [slice(), null, pair]],
  [":, pair, None, pair", [slice(), pair, null, pair]],
  ["mask", [mask]],
  ["mask, 1:", [mask, slice(1)]],
  ["mask, 1", [mask, 1]],
  [":, row", [slice(), row]],
  ["True", [true]],
  ["False, 0", [false, 0]],
  ["2", [2], "index 2 is out of bounds for dimension 0 with size 2"],
  ["0, 0, 0, 0", [0, 0, 0, 0], "too many indices for tensor of dimension 3"],
  ["few", [few], "index 2 is out of bounds for dimension 0 with size 2"],
  ["few, few", [few, few], "index 2 is out of bounds for dimension 0 with size 2"],
  ["pair, few", [pair, few], "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]"],
  [
    ":, row[:2]",
    [slice(), row.narrow(0, 0, 2)],
    "The shape of the mask [2] at index 0 does not match the shape of the indexed tensor [2, 3, 4] at index 1",
  ],
  ["pair.float()", [pair.to("float32")], "tensors used as indices must be long, int, byte or bool tensors"],
  ["::-1", [slice(null, null, -1)], "step must be greater than zero"],
];

const reads: Sample[] = cases.map(([text, index, throws]) => ({
  op: "at",
  torch: python.replace("READ", `x[${text}]`),
  name: text,
  args: [x],
  run: (y) => at(y as Tensor, ...index),
  ...(throws === undefined ? {} : { throws }),
}));

type Write = readonly [python: string, value: Tensor | number, index: readonly Index[], throws?: string];

const writes: readonly Write[] = [
  ["0", normal([3, 4]), [0]],
  ["0", 2.5, [0]],
  [":, 1:, ::2", normal([2, 1]), [slice(), slice(1), slice(null, null, 2)]],
  ["pair", normal([3, 4]), [pair]],
  [":, few[:2]", normal([2, 2, 4]), [slice(), few.narrow(0, 0, 2)]],
  ["pair, :, pair", normal([2, 3]), [pair, slice(), pair]],
  ["mask", normal([]), [mask]],
  ["mask", 1, [mask]],
  ["1, row", normal([1, 4]), [1, row]],
  ["0", normal([3, 5]), [0], "must match the existing size (5) at non-singleton dimension 1"],
  ["pair", normal([1, 3, 4], "float64"), [pair], "Index put requires the source and destination dtypes match"],
  [
    "pair",
    normal([2, 3, 5]),
    [pair],
    "shape mismatch: value tensor of shape [2, 3, 5] cannot be broadcast to indexing result of shape [2, 3, 4]",
  ],
];

const shown = (value: Tensor | number): string => (typeof value === "number" ? `${value}` : `[${value.shape.join()}]`);

const written: Sample[] = writes.flatMap(([text, value, index, throws]) =>
  samplesFor(
    (y: Tensor, v: Tensor | number) => setAt_(add(y, 0), v, ...index),
    python.replace(
      "READ",
      `(lambda y: (y.__setitem__(type("Key", (), {"__getitem__": lambda self, i: i})()[${text}], v[0]), y)[1])(x + 0)`,
    ),
    [
      {
        name: `[${text}] = ${shown(value)}`,
        args: [x, value],
        isStep: index.every((i) => !(i instanceof Tensor)) || index.length > 1, // writing to a view is not recorded yet
        ...(throws === undefined ? {} : { throws }),
      },
    ],
    "setAt_",
  ),
);

export const samples: Sample[] = [
  ...reads,
  ...written,
  ...samplesFor(
    (y: Tensor) => at(y, pair),
    "lambda x: x[torch.tensor([2, 0]).clamp(max=1)]",
    [{ name: "transposed", args: [t(normal([3, 2]))] }],
    "at",
  ),
  ...samplesFor(
    (y: Tensor, index: Tensor) => at(y, index),
    "lambda x, index: x[index]",
    [{ name: "by a tensor", args: [x, pair], accuracy: [(m) => [m.between([50, 64]), m.below([2000], 50)]] }],
    "at",
  ),
];
