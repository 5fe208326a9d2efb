import type { Device } from "../device.ts";
import { DeviceError, DisposedError, OutOfMemoryError } from "../errors.ts";
import { Block } from "./heap/block.ts";
import { pool } from "./heap/heap.ts";
import { WATCHED_BYTES } from "./heap/pool.ts";

/** In the way of `structuredClone` and `postMessage`: they refuse symbols, and their error shows this text. */
const refusal = /* @__PURE__ */ Symbol("a Tensor: send its data() or tolist() instead");

/**
 * What tensors and graph nodes hold: a block with the number of its holders and of the writes in place.
 * Views share it, and with it version and lifetime.
 */
export class Storage {
  readonly refusal: symbol = refusal;
  readonly block: Block;
  /** Which device has it: null is the cpu. */
  readonly device: Device | null = null;
  /** Handles and saves that hold it. At 0 the block goes back to the pool at once. */
  refs = 1;
  /** Counts writes in place: a saved value that was overwritten must not be used. */
  version = 0;

  constructor(block: Block) {
    this.block = block;
    if (block.bytes >= WATCHED_BYTES) pool.watch(block, this);
  }

  get bytes(): number {
    return this.block.bytes;
  }

  /** Byte address, valid until the next operation begins. */
  address(): number {
    const { block } = this;
    const isBack = block.region < 0 && block.bytes >= WATCHED_BYTES; // it was spilled
    const at = pool.address(block);
    if (isBack) pool.watch(block, this);
    return at;
  }

  /** A copy of `count` bytes from byte `at`. */
  read(at: number, count: number): Uint8Array<ArrayBuffer> {
    pool.beginOperation();
    const from = this.address() + at;
    const bytes = newBytes(count);
    bytes.set(pool.bytes.subarray(from, from + count));
    return bytes;
  }

  /** The bytes become its first ones. */
  write(bytes: Uint8Array): void {
    pool.beginOperation();
    const at = this.address();
    pool.bytes.set(bytes, at);
  }

  /** Whether one handle or save holds it and nobody else. */
  get isSole(): boolean {
    return this.refs === 1;
  }

  retain(): void {
    this.refs++;
  }

  release(): void {
    if (--this.refs === 0) pool.free(this.block);
  }

  /** Holds it for a backward: it is spilled only when nothing else is left. */
  hold(): void {
    this.retain();
    this.block.saves++;
  }

  /** The backward has used it, or will not come. */
  drop(): void {
    this.block.saves--;
    this.release();
  }

  /** From now on whoever wants to read or write it gets the error that `reason` makes. */
  spoil(reason: () => Error): void {
    this.address = () => {
      throw reason();
    };
  }

  /** Keeps the block in memory as long as there is room: parameters, buffers, optimizer state. */
  pin(): void {
    pool.pin(this.block);
  }
}

function newBytes(count: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(count);
  } catch {
    throw new OutOfMemoryError(
      `read: need ${count} bytes of JavaScript's memory for a copy; got less. Read parts of it.`,
    );
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

  constructor(device: Device, bytes: number, label: string) {
    super(new Block(0, label, true));
    this.device = device;
    this.#bytes = bytes;
  }
  override get bytes(): number {
    return this.#bytes;
  }
  override address(): never {
    throw new DeviceError(
      `${this.block.label}: Expected all tensors to be on the same device, but found at least two devices, ${this.device.name} ` +
        'and cpu! Use x.to({ device: "cpu" }).',
    );
  }
  abstract override read(at: number, count: number): Uint8Array<ArrayBuffer>;
  abstract override write(bytes: Uint8Array): void;
  override release(): void {
    if (--this.refs === 0) this.free();
  }
  override pin(): void {}
  /** Nobody holds it any more. */
  protected abstract free(): void;
}
