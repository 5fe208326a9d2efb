import type { Device } from "../device.ts";
import { DeviceError, DisposedError, OutOfMemoryError } from "../errors.ts";
import { Block } from "./heap/block.ts";
import { pool } from "./heap/heap.ts";

/** In the way of `structuredClone` and `postMessage`: they refuse symbols, and their error shows this text. */
const refusal = /* @__PURE__ */ Symbol("a Tensor: send its data() or tolist() instead");

/**
 * What tensors and graph nodes hold: a block of memory with the number of its holders and of the writes in place. Views
 * share it, and with it version and lifetime.
 */
export class Storage {
  readonly refusal: symbol = refusal;
  readonly #block: Block;
  /** Which device has it: null is the cpu. */
  readonly device: Device | null = null;
  /** Handles and saves that hold it. At 0 the block goes back to the pool at once. */
  #holders = 1;
  /** Counts writes in place: a saved value that was overwritten must not be used. */
  version = 0;

  constructor(block: Block) {
    this.#block = block;
    pool.watch(block, this);
  }

  get bytes(): number {
    return this.#block.bytes;
  }

  /** Whether the caller, who holds it, is the only one: then nobody sees what is written here. */
  get isSole(): boolean {
    return this.#holders === 1;
  }

  /** Byte address, for kernels: valid until the next operation begins. */
  address(): number {
    return pool.address(this.#block, this);
  }

  /** A copy of `count` bytes, from byte `from` on. Throws {@link OutOfMemoryError} when JavaScript has no room for it. */
  read(from: number, count: number): Uint8Array<ArrayBuffer> {
    pool.beginOperation();
    const at = this.address() + from;
    try {
      return pool.bytes.slice(at, at + count);
    } catch {
      throw new OutOfMemoryError(
        `read: need ${count} bytes of JavaScript's memory for a copy; got less. Read parts of it.`,
      );
    }
  }

  /** Overwrites the first bytes of a fresh storage: no version counts it. */
  write(bytes: Uint8Array): void {
    pool.beginOperation();
    const at = this.address();
    pool.bytes.set(bytes, at);
  }

  /** Another handle holds it. */
  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.free();
  }

  /** Nobody holds it any more. */
  protected free(): void {
    pool.free(this.#block);
  }

  /** A graph node holds it for its backward: until `unsave` it is moved out of the memory only when little else is left. */
  save(): void {
    this.retain();
    this.#block.saves++;
  }

  unsave(): void {
    this.#block.saves--;
    this.release();
  }

  /** Keeps the elements in memory as long as there is room: parameters, buffers, optimizer state. */
  pin(): void {
    pool.pin(this.#block, this);
  }

  /** From now on whoever wants to read or write it gets the error that `reason` makes. */
  spoil(reason: () => Error): void {
    this.address = () => {
      throw reason();
    };
  }
}

/** Memory for `bytes` bytes, not cleared. `label` names the operation that wants it. */
export const allocate = (bytes: number, label: string): Storage => new Storage(pool.allocate(bytes, label));

class DisposedStorage extends Storage {
  override address(): never {
    throw new DisposedError(
      "tensor was disposed: need a live tensor; got one that dispose() or the end of a scope gave back.",
    );
  }
  override retain(): never {
    return this.address();
  }
  override release(): void {}
}

/** What a disposed tensor holds: every use of it throws. */
export const disposed: Storage = new DisposedStorage(new Block(0, "disposed", true));

/** What another device's tensors hold: memory of its own, which the cpu's kernels refuse. */
export abstract class DeviceStorage extends Storage {
  override readonly device: Device;
  readonly #bytes: number;
  readonly #label: string;

  constructor(device: Device, bytes: number, label: string) {
    super(new Block(0, label, true));
    this.device = device;
    this.#bytes = bytes;
    this.#label = label;
  }
  override get bytes(): number {
    return this.#bytes;
  }
  override address(): never {
    throw new DeviceError(
      `${this.#label}: Expected all tensors to be on the same device, but found at least two devices, ${this.device.name} ` +
        'and cpu! Use x.to({ device: "cpu" }).',
    );
  }
  abstract override read(from: number, count: number): Uint8Array<ArrayBuffer>;
  abstract override write(bytes: Uint8Array): void;
  override pin(): void {}
  protected abstract override free(): void;
}
