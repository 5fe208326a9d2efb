/** Where do the elements lie? In an ArrayBuffer for each storage. */
import { type Device, DeviceError, DeviceStorage, type DType, dtypes, type View } from "@ag/kernels";

export class ReferenceStorage extends DeviceStorage {
  buffer: ArrayBuffer;

  constructor(device: Device, bytes: number, label: string) {
    super(device, bytes, label);
    this.buffer = new ArrayBuffer(bytes);
  }

  read(at: number, count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer.slice(at, at + count));
  }

  write(bytes: Uint8Array): void {
    new Uint8Array(this.buffer).set(bytes);
  }

  protected free(): void {
    this.buffer = new ArrayBuffer(0); // whoever still reads it reads nothing
  }
}

type Memory = InstanceType<(typeof dtypes)[DType]["array"]>;

/** The whole storage of a view, as elements; float16 and bfloat16 are bits. */
export function memoryOf({ storage, dtype }: View): Memory {
  if (!(storage instanceof ReferenceStorage))
    throw new DeviceError(
      "reference: Expected all tensors to be on the same device, but found at least two devices, reference and " +
        `${storage.device?.name ?? "cpu"}! Use x.to({ device }).`,
    );
  return new dtypes[dtype].array(storage.buffer);
}
