/** What do operations create, and where? What runs now says it, so that no forward has to. */
import { type Device, DeviceError } from "@ag/kernels";
import type { Args } from "./op.ts";
import type { Tensor } from "./tensor.ts";

interface Creating {
  /** Names new storages when memory runs out. Outside of operations, "tensor". */
  op: string;
  /** Where they lie; null is the cpu. */
  device: Device | null;
  /** Whether it will never be differentiated: its writes are not counted. */
  isInference: boolean;
}

/** The operation that runs now. */
export const creating: Creating = { op: "tensor", device: null, isInference: false };

/** An operation begins; gives the outer one, for `creating.op` when it has ended. Not a callback: each call would make one. */
export function begin(op: string): string {
  const outer = creating.op;
  creating.op = op;
  return outer;
}

const devices = new Set<Device>();
/** Devices other than the cpu are known: until then no operation asks where its operands lie. */
let areSeveral = false;

/** Makes a device known; gives it, for the option `device` of factories and of `to`. */
export function registerDevice(device: Device): Device {
  devices.add(device);
  areSeveral = true;
  return device;
}

export const isDevice = (x: unknown): x is Device | "cpu" => x === "cpu" || devices.has(x as Device);

/** The device of the option, if it names one. */
export const deviceNamed = (device: Device | "cpu"): Device | null => (device === "cpu" ? null : device);

const isTensor = (x: unknown): x is Tensor => typeof x === "object" && x !== null && "storage" in x;

/** Where a call computes: where its options say, else where its first tensor lies, else where it is called. */
function deviceOf(args: Args): Device | null {
  const tensors = args.flat().filter(isTensor);
  for (const x of args)
    if (typeof x === "object" && x !== null && !isTensor(x) && "device" in x && isDevice(x.device))
      return deviceNamed(x.device);
  return tensors.length === 0 ? creating.device : tensors[0]!.storage.device;
}

/** As messages call the device of a tensor. */
export const deviceName = ({ storage }: Tensor): string => storage.device?.name ?? "cpu";

function checkTogether(op: string, args: Args): void {
  const tensors = args.flat().filter(isTensor);
  const apart = tensors.find(({ storage }) => storage.device !== tensors[0]!.storage.device);
  if (apart)
    throw new DeviceError(
      `${op}: Expected all tensors to be on the same device, but found at least two devices, ${deviceName(tensors[0]!)} and ` +
        `${deviceName(apart)}! Use x.to({ device }).`,
    );
}

/** For who reads elements before an operation sees all the tensors. */
export function needTogether(op: string, ...tensors: (Tensor | null)[]): void {
  if (areSeveral) checkTogether(op, tensors);
}

/** Whether a call computes on another device than what is created now lies on. Of an operation all operands lie on one. */
export function isElsewhere(args: Args, op?: string): boolean {
  if (!areSeveral) return false;
  if (op !== undefined) checkTogether(op, args);
  return deviceOf(args) !== creating.device;
}

/** Calls `call` so that what it creates lies where its arguments do. */
export function there<P extends Args, R>(call: (...args: P) => R, args: P): R {
  const { device } = creating;
  creating.device = deviceOf(args);
  try {
    return call(...args);
  } finally {
    creating.device = device;
  }
}
