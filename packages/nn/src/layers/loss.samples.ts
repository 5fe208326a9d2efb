import { DTypeError, IndexError, ShapeError, ValueError } from "@ag/tensor";
import { between, filled, integers, type LayerSample, layersFor, normal } from "../sample.ts";
import { CrossEntropyLoss, L1Loss, MSELoss, NLLLoss } from "./loss.ts";

const x = normal([6, 4]);
const targets = integers([6], 0, 4);
const weight = between([4], 0.5, 2);
const probabilities = between([6, 4], 0.1, 0.5);
const images = normal([2, 3, 2, 2]);
const labels = integers([2, 2, 2], 0, 3);
const reduction = "average" as "mean";
const invalid = { throws: ValueError, says: "average is not a valid value for reduction" } as const;
const elements = [normal([3, 4]), normal([3, 4])] as const;

export const samples: LayerSample[] = [
  ...layersFor(
    CrossEntropyLoss,
    "torch.nn.CrossEntropyLoss",
    { weight: true, ignoreIndex: true, reduction: true, labelSmoothing: true },
    [
      { name: "plain", make: [], args: [x, targets] },
      { name: "one row", make: [], args: [normal([4]), integers([], 0, 4)] },
      { name: "images", make: [], args: [images, labels] },
      { name: "each", make: [{ reduction: "none" }], args: [images, labels] },
      { name: "sum", make: [{ reduction: "sum" }], args: [x, targets] },
      { name: "weighted", make: [{ weight }], args: [x, targets] },
      { name: "weighted sum", make: [{ weight, reduction: "sum" }], args: [x, targets] },
      { name: "smooth", make: [{ labelSmoothing: 0.1 }], args: [x, targets] },
      { name: "ignored", make: [{ ignoreIndex: 2 }], args: [x, integers([6], 1, 3)] },
      { name: "all ignored", make: [], args: [x, integers([6], -100, -99)] },
      { name: "all ignored, smooth", make: [{ labelSmoothing: 0.5 }], args: [x, integers([6], -100, -99)] },
      { name: "nothing weighs", make: [{ weight: filled([4], 0) }], args: [x, targets] },
      {
        name: "everything",
        make: [{ weight, ignoreIndex: 1, labelSmoothing: 0.3, reduction: "none" }],
        args: [x, targets],
      },
      { name: "probabilities", make: [], args: [x, probabilities] },
      { name: "smooth probabilities", make: [{ labelSmoothing: 0.2, weight }], args: [x, probabilities] },
      { name: "unknown reduction", make: [{ reduction }], ...invalid, args: [x, targets] },
      {
        name: "target beyond",
        make: [],
        args: [x, integers([6], 4, 5)],
        throws: IndexError,
        says: "Target 4 is out of bounds",
      },
      {
        name: "fewer targets",
        make: [],
        args: [x, integers([5], 0, 4)],
        throws: ShapeError,
        says: "Expected input batch_size (6) to match target batch_size (5)",
      },
      {
        name: "smoothing beyond 1",
        make: [{ labelSmoothing: 2 }],
        args: [x, targets],
        throws: ValueError,
        says: "label_smoothing must be between 0.0 and 1.0",
      },
      {
        name: "weights of other classes",
        make: [{ weight: between([3], 1, 2) }],
        args: [x, targets],
        throws: ShapeError,
        says: "weight tensor should be defined either for all 4 classes or no classes",
      },
    ],
  ),
  ...layersFor(NLLLoss, "torch.nn.NLLLoss", { weight: true, ignoreIndex: true, reduction: true }, [
    { name: "plain", make: [], args: [x, targets] },
    { name: "images", make: [], args: [images, labels] },
    { name: "each", make: [{ reduction: "none" }], args: [images, labels] },
    { name: "sum", make: [{ reduction: "sum" }], args: [x, targets] },
    { name: "weighted", make: [{ weight }], args: [x, targets] },
    { name: "ignored", make: [{ ignoreIndex: 2 }], args: [x, integers([6], 1, 3)] },
    { name: "all ignored", make: [], args: [x, integers([6], -100, -99)] },
    { name: "everything", make: [{ weight, ignoreIndex: 1, reduction: "sum" }], args: [x, targets] },
    { name: "unknown reduction", make: [{ reduction }], ...invalid, args: [x, targets] },
    {
      name: "target beyond",
      make: [],
      args: [x, integers([6], 4, 5)],
      throws: IndexError,
      says: "Target 4 is out of bounds",
    },
    {
      name: "fractions as targets",
      make: [],
      args: [x, normal([6])],
      throws: DTypeError,
      says: "expected target dtype to be Long or Byte, but got Float",
    },
  ]),
  ...layersFor(MSELoss, "torch.nn.MSELoss", { reduction: true }, [
    { name: "plain", make: [], args: elements },
    { name: "each", make: [{ reduction: "none" }], args: elements },
    { name: "sum", make: [{ reduction: "sum" }], args: elements },
    { name: "unknown reduction", make: [{ reduction }], ...invalid, args: elements },
    {
      name: "other shape",
      make: [],
      args: [normal([3, 4]), normal([2, 4])],
      throws: ShapeError,
      says: "must match the size of tensor b",
    },
  ]),
  ...layersFor(L1Loss, "torch.nn.L1Loss", { reduction: true }, [
    { name: "plain", make: [], args: elements },
    { name: "each", make: [{ reduction: "none" }], args: elements },
    { name: "sum", make: [{ reduction: "sum" }], args: elements },
    { name: "unknown reduction", make: [{ reduction }], ...invalid, args: elements },
    {
      name: "other shape",
      make: [],
      args: [normal([3, 4]), normal([2, 4])],
      throws: ShapeError,
      says: "must match the size of tensor b",
    },
  ]),
];
