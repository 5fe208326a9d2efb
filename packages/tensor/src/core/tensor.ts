/// <reference lib="esnext.disposable" preserve="true" />
/** What is a tensor? Longer than other files: one class, as users see it, most of which is documentation. */
import { type Device, type DType, disposed, isContiguous, type Storage, type View } from "@ag/kernels";
import { dimOf, rowMajor, type Shape, sameShape, showShape, sizeOf } from "../layout/shape.ts";
import { print } from "../make/print.ts";
import { type Elements, elementsOf, type NestedIn, nestedOf, numberOf, rawBytesOf } from "../make/read.ts";
import { WithoutMethods } from "../methods/missing.ts";
import type { Methods } from "../methods/types.ts";
import { isFloating } from "../types/dtype.ts";
import { GradError, ShapeError, ValueError } from "./errors.ts";
import { describeForeign, mark } from "./foreign.ts";
import { type Making, Origin } from "./origin.ts";
import { gradAt, history, isTrackedLeaf, type Place, type Placed, place, placeOf } from "./place.ts";
import {
  type BackwardOptions,
  type Edge,
  type GradFn,
  historyOf,
  type Removable,
  recorder,
  type TensorHook,
} from "./recorder.ts";
import { keep, track } from "./scope.ts";
import { warnOnce } from "./warn.ts";

/** What arithmetic takes: a tensor, or a number that adapts to it. */
export type Operand = Tensor | number | bigint | boolean;

/** Where a tensor looks: which elements of its storage, in which order. */
export interface Layout {
  readonly offset: number;
  readonly sizes: Shape;
  readonly strides: readonly number[];
}

/** The sizes as they are shown. */
type Frozen<S extends Shape> = { readonly [D in keyof S]: S[D] };

class WithSlots extends WithoutMethods implements Placed {
  [history]: Edge | null = null;
  [place]: Place | null = null;
}

/** Operations are attached by `methods.ts`: here they are only types. The slots show no names but their symbols. */
const WithMethods: abstract new () => Methods & Placed = WithSlots as unknown as abstract new () => Methods & Placed;

/**
 * A multi-dimensional array of numbers, and its place in the graph. Made by factories such as `tensor` and `rand`.
 *
 * Views share one storage, and with it the version counter. Memory is given back when nothing holds it any more;
 * `dispose()` only does so sooner.
 */
export class Tensor<out S extends Shape = Shape> extends WithMethods implements View, Disposable {
  readonly storage: Storage;
  readonly offset: number;
  /** What `shape` shows, as kernels read it: engines read lists that are not frozen several times as fast. */
  readonly sizes: S;
  readonly strides: readonly number[];
  readonly dtype: DType;
  /** Of a view: where it comes from. */
  readonly origin: Origin | null;
  #shape: Frozen<S> | null = null;

  /** Takes over one reference to the storage. */
  constructor(
    storage: Storage,
    dtype: DType,
    sizes: S,
    offset: number,
    strides: readonly number[],
    origin: Origin | null,
  ) {
    super();
    if (strides === undefined)
      throw new ValueError("Tensor: need what only operations have; got arguments of torch.Tensor. Use tensor(…).");
    this.storage = storage;
    this.offset = offset;
    this.sizes = sizes;
    this.strides = strides;
    this.dtype = dtype;
    this.origin = origin;
    track(this);
  }

  static {
    mark(Tensor.prototype);
    const { value } = Object.getOwnPropertyDescriptor(Tensor.prototype, "data")!;
    Object.defineProperty(Tensor.prototype, "data", { get: (): unknown => value, set: refuseData });
  }

  /** Sizes, outermost dimension first. Frozen: a tensor owns its shape. */
  get shape(): Frozen<S> {
    this.#shape ??= Object.freeze([...this.sizes]) as unknown as Frozen<S>;
    return this.#shape;
  }

  /** Where the elements lie and operations compute: "cpu", or another device. */
  get device(): Device | "cpu" {
    return this.storage.device ?? "cpu";
  }

  /** The tensor that this one is a view of, never a view itself; null unless this is a view. */
  get base(): Tensor | null {
    return this.origin === null ? null : this.origin.base;
  }

  /** How often the elements were written in place, through this tensor, its views, or what it is a view of. */
  get version(): number {
    const { version } = this.storage;
    if (Number.isNaN(version))
      throw new GradError(
        "version: Inference tensors do not track version counter: need another; got one. Use x.clone().",
      );
    return version;
  }

  /** Whether it was made in inference mode: it will never be part of a graph. */
  isInference(): boolean {
    return Number.isNaN(this.storage.version);
  }

  /** Whether operations on this tensor are recorded. Settable on leaves of a floating dtype. */
  get requiresGrad(): boolean {
    return this[history] !== null || isTrackedLeaf(this) || (this.origin !== null && isOfTracked(this.origin));
  }

  set requiresGrad(on: boolean) {
    if (typeof on !== "boolean")
      throw new ValueError(`requiresGrad: requires_grad must be a bool: need true or false; got ${typeof on}.`);
    if (!this.isLeaf)
      throw new GradError(
        "requiresGrad: you can only change requires_grad flags of leaf variables." +
          (on
            ? ""
            : " If you want to use a computed variable in a subgraph that doesn't require differentiation use x.detach()."),
      );
    if (on && !isFloating(this.dtype))
      throw new GradError(
        "requiresGrad: only Tensors of floating point and complex dtype can require gradients: need a floating dtype; " +
          `got ${this.dtype}.`,
      );
    if (on) recorder("requiresGrad").checkFlag(this);
    if (on || this[place] !== null) placeOf(this).requiresGrad = on;
  }

  /** Sets the flag of a leaf, in place. On the result of a recorded operation `true` changes nothing and `false` throws. */
  requiresGrad_(on = true): this {
    if (on !== true || this.isLeaf) this.requiresGrad = on;
    return this;
  }

  /** Whether no recorded operation produced this tensor: gradients are collected on leaves. */
  get isLeaf(): boolean {
    return historyOf(this) === null;
  }

  /** The node that produced this tensor; null on a leaf. */
  get gradFn(): GradFn | null {
    return historyOf(this)?.[0] ?? null;
  }

  /** The collected gradient of a leaf, of its shape and dtype; null before the first backward. */
  get grad(): Tensor | null {
    const grad = gradAt(this);
    if (this[history] !== null && grad === null)
      warnOnce(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be " +
          "populated during backward(). Call retainGrad() on it if you want it.",
      );
    if (grad !== null) placeOf(this).isGradExposed = true;
    return grad;
  }

  set grad(value: Tensor | null) {
    if (value !== null) checkGrad(this, value);
    if (value !== null) keep(value);
    if (value === null && this[place] === null) return;
    const held = placeOf(this);
    held.grad = value;
    held.isGradExposed = value !== null;
  }

  /**
   * Calls `hook` with the gradient of this tensor whenever one is computed; a tensor that it returns takes its place.
   *
   * Throws {@link GradError} unless this tensor requires grad.
   */
  registerHook(hook: TensorHook): Removable {
    return recorder("registerHook").registerHook(this, hook);
  }

  /**
   * Calls `hook` with this tensor, a leaf, whenever a backward has added to its `grad`.
   *
   * Throws {@link GradError} for what is no leaf that requires grad.
   */
  registerPostAccumulateGradHook(hook: (leaf: this) => void): Removable {
    return recorder("registerPostAccumulateGradHook").registerPostAccumulateGradHook(
      this,
      hook as (leaf: Tensor) => void,
    );
  }

  /** Whether `grad` of this result is filled by backward: {@link retainGrad} was called. */
  get retainsGrad(): boolean {
    return this[place]?.retainsGrad === true && !this.isLeaf;
  }

  /** Makes backward fill `grad` of this tensor although it is not a leaf. */
  retainGrad(): void {
    if (!this.requiresGrad)
      throw new GradError("retainGrad: can't retain_grad on Tensor that has requires_grad=False.");
    if (!this.isLeaf) recorder("retainGrad").retainGrad(this);
  }

  /**
   * Adds the derivative of this tensor to `grad` of every leaf below.
   *
   * `gradient` weighs the elements and has the shape of this tensor; a tensor with one element needs none.
   * Throws {@link GradError} without a graph, without a needed gradient, and when saved values were freed or overwritten.
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void {
    recorder("backward").backward(this, gradient ?? undefined, options);
  }

  /** The same elements without history; shares storage and version. */
  detach(): Tensor<S> {
    return aliasOf(this);
  }

  /** Takes this tensor out of the graph: it becomes a leaf that requires no grad. Throws {@link GradError} for a view. */
  detach_(): this {
    if (this.origin !== null)
      throw new GradError("detach_: Can't detach views in-place: need a tensor that is no view. Use detach() instead.");
    this[history] = null;
    if (this[place] !== null) this[place].requiresGrad = this[place].retainsGrad = false;
    return this;
  }

  /** Gives back this handle's hold on the memory, now. Views and graphs that share it keep theirs; using the handle throws. */
  dispose(): void {
    const { storage } = this;
    (this as { storage: Storage }).storage = disposed;
    storage.release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  numel(): number {
    return sizeOf(this.sizes);
  }

  dim(): number {
    return this.sizes.length;
  }

  /** The shape, or the size of one dimension. */
  size(): Frozen<S>;
  size(dim: number): number;
  size(dim?: number): Frozen<S> | number {
    return dim === undefined ? this.shape : (this.sizes[dimOf(dim, this.sizes.length, "size")] as number);
  }

  /** Distances between neighbours in elements, or that along one dimension. */
  stride(): readonly number[];
  stride(dim: number): number;
  stride(dim?: number): readonly number[] | number {
    return dim === undefined
      ? Object.freeze([...this.strides])
      : (this.strides[dimOf(dim, this.sizes.length, "stride")] as number);
  }

  storageOffset(): number {
    return this.offset;
  }

  /** Whether the elements lie one after the other in row-major order. */
  isContiguous(): boolean {
    return isContiguous(this);
  }

  isFloatingPoint(): boolean {
    return isFloating(this.dtype);
  }

  /** The one element of a tensor, as a number (0 and 1 for bool, as PyTorch's `int(x)`). int64 beyond ±2⁵³ throws: use `data()`. */
  item(): number {
    if (this.numel() !== 1)
      throw new ValueError(
        `item: a Tensor with ${this.numel()} elements cannot be converted to Scalar: need one element; got shape ${showShape(this.sizes)}.`,
      );
    return numberOf(this);
  }

  /** Numbers (booleans for bool), nested as the dimensions are. int64 beyond ±2⁵³ throws: use `data()`. */
  tolist<T extends Tensor>(this: T): NestedIn<T["sizes"]> {
    return nestedOf(this) as NestedIn<T["sizes"]>;
  }

  /** A copy of the elements in row-major order: BigInt64Array for int64, Uint8Array for bool. */
  data(): Elements {
    if (this.requiresGrad)
      throw new GradError("data: Can't call numpy() on Tensor that requires grad. Use x.detach().data() instead.");
    return elementsOf(this);
  }

  /** What `data()` gives, on every device. */
  async read(): Promise<Elements> {
    return this.data();
  }

  /** A copy of the elements in row-major order as little-endian bytes; every dtype. */
  rawBytes(): Uint8Array<ArrayBuffer> {
    return rawBytesOf(this);
  }

  /** As PyTorch prints it. */
  toString(): string {
    return print(this);
  }

  /** `JSON.stringify` would show how a tensor is made: it throws instead. */
  toJSON(): never {
    throw new TypeError(
      "toJSON: need numbers; got a Tensor. Write x.tolist(), or x.data() and the shape, into what becomes JSON.",
    );
  }

  /** Arithmetic operators would silently give NaN: they throw instead. `${x}` prints. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      "Tensor: JavaScript's operators do not work on tensors. Write a.mul(b), or x.item() for a number.",
    );
  }
}

/** In PyTorch `x.data = y` hides a change from the tape. */
function refuseData(): never {
  throw new GradError(
    "data: need another way to change a tensor; got an assignment. Use noGrad(() => x.copy_(y)) for the elements, x.detach() for " +
      "a tensor without history, and x.data() to read.",
  );
}

/** Not in the getter itself: one that asks itself is not inlined. */
const isOfTracked = ({ base }: Origin): boolean => base.requiresGrad;

function checkGrad(x: Tensor, grad: Tensor): void {
  if (!(grad instanceof Tensor))
    throw new GradError(
      `grad: assigned grad expected to be a Tensor or None: need a Tensor or null. ${describeForeign(grad) ?? ""}`.trimEnd(),
    );
  if (grad === x) throw new GradError("grad: can't assign Variable as its own grad.");
  if (grad.dtype !== x.dtype)
    throw new GradError(
      `grad: attempting to assign a gradient with dtype '${grad.dtype}' to a tensor with grad_dtype '${x.dtype}': need the ` +
        "dtype of the tensor. Use grad.to(…).",
    );
  if (!sameShape(grad.sizes, x.sizes))
    throw new ShapeError(
      `grad: attempting to assign a gradient of size '${showShape(grad.sizes)}' to a tensor of size '${showShape(x.sizes)}': ` +
        "need the size of the tensor.",
    );
}

/** Another handle on the same elements, without history: what is written through it is no write to `x`, but counts as one. */
export function aliasOf<S extends Shape>(x: Tensor<S>): Tensor<S> {
  x.storage.retain();
  return new Tensor(x.storage, x.dtype, x.sizes, x.offset, x.strides, null);
}

/** Another layout of the same storage, without history. */
export function viewOf<S extends Shape>(
  x: Tensor,
  layout: Layout & { readonly sizes: S },
  making: Making = "usual",
): Tensor<S> {
  x.storage.retain();
  return new Tensor(x.storage, x.dtype, layout.sizes, layout.offset, layout.strides, new Origin(x, making));
}

/** A fresh contiguous tensor in another shape, in place of its handle, which is given up. */
export function reshaped<S extends Shape>(x: Tensor, shape: S): Tensor<S> {
  x.storage.retain();
  const out = new Tensor(x.storage, x.dtype, shape, 0, rowMajor(shape), null);
  x.dispose();
  return out;
}
