import { layersAndFiles } from "./layers.ts";
import { operations } from "./operations.ts";
import type { Subject } from "./subject.ts";
import { tensors } from "./tensors.ts";

/** Everything that is called, each name once for each kind of arguments. */
export const subjects: readonly Subject[] = [...operations(), ...tensors(), ...layersAndFiles()];

/** Exports that are not called, and why. */
export const exempt: Readonly<Record<string, string>> = {
  Generator: "called by its methods",
  defineRule: "takes functions alone: every optimizer is one of its rules",
  startThreads: "starts threads for good",
  GradientEdge: "made by gradientEdge",
  Tensor: "made by factories",
  DeviceError: "an error",
  DisposedError: "an error",
  DTypeError: "an error",
  GradError: "an error",
  GradcheckError: "an error",
  IndexError: "an error",
  OutOfMemoryError: "an error",
  ShapeError: "an error",
  ValueError: "an error",
  WorkerLostError: "an error",
  FormatError: "an error",
  UnpicklingError: "an error",
  DownloadError: "an error",
  Module: "abstract",
  Optimizer: "abstract",
  LRScheduler: "abstract",
  AutogradFunction: "abstract",
  Node: "made by the tape",
  Context: "made by the tape",
  ResNet: "11 million weights",
  resnet18: "11 million weights",
  resnet34: "21 million weights",
  save: "always throws",
  setDir: "the network's",
  getDir: "the network's",
  downloadUrlToFile: "the network's",
  loadStateDictFromUrl: "the network's",
};
