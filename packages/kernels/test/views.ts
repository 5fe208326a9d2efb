import { allDtypes, allocate, type DType, dtypes, itemSize, sizeOf, type View } from "@ag/kernels";

type Elements = (typeof dtypes)[DType]["array"]["prototype"];

/** The dtype that a typed array has unless told. */
const dtypeOf = (data: Elements): DType =>
  allDtypes.find((dtype) => dtype !== "bool" && dtypes[dtype].array === data.constructor)!;

const rowMajor = (shape: readonly number[]): number[] => shape.map((_, d) => sizeOf(shape.slice(d + 1)));

/** An uninitialised contiguous view. */
export function emptyView(shape: readonly number[], dtype: DType = "float32"): View {
  const storage = allocate(sizeOf(shape) * itemSize(dtype), "test");
  return { storage, offset: 0, sizes: shape, strides: rowMajor(shape), dtype };
}

/** A contiguous view of a copy of `data`; the dtype follows the array unless given. */
export function viewOf(data: Elements, shape: readonly number[] = [data.length], dtype?: DType): View {
  const view = emptyView(shape, dtype ?? dtypeOf(data));
  view.storage.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return view;
}

/** The elements of a view as numbers, in logical order. */
export function read({ storage, offset, sizes: shape, strides, dtype }: View): number[] {
  const data = new dtypes[dtype].array(storage.read(0, storage.bytes).buffer);
  const out: number[] = [];
  const visit = (d: number, position: number): void => {
    if (d === shape.length) out.push(Number(data[position]));
    else for (let i = 0; i < shape[d]!; i++) visit(d + 1, position + i * strides[d]!);
  };
  visit(0, offset);
  return out;
}
