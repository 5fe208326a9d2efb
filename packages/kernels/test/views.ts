import { allocate, type DType, itemSize, sizeOf, type View } from "@ag/kernels";

type Elements = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array | Uint16Array;

const kinds = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
  [BigInt64Array, "int64"],
]);

const rowMajor = (shape: readonly number[]): number[] => shape.map((_, d) => sizeOf(shape.slice(d + 1)));

/** An uninitialised contiguous view. */
export function emptyView(shape: readonly number[], dtype: DType = "float32"): View {
  const storage = allocate(sizeOf(shape) * itemSize(dtype), "test");
  return { storage, offset: 0, sizes: shape, strides: rowMajor(shape), dtype };
}

/** A contiguous view of a copy of `data`; the dtype follows the array unless given. */
export function viewOf(data: Elements, shape: readonly number[] = [data.length], dtype?: DType): View {
  const view = emptyView(shape, dtype ?? kinds.get(data.constructor) ?? "float32");
  view.storage.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return view;
}

/** The elements of a view as numbers, in logical order. */
export function read({ storage, offset, sizes: shape, strides, dtype }: View): number[] {
  const data = new DataView(storage.read(0, storage.bytes).buffer);
  const element = (i: number): number => {
    switch (dtype) {
      case "float32":
        return data.getFloat32(4 * i, true);
      case "float64":
        return data.getFloat64(8 * i, true);
      case "int32":
        return data.getInt32(4 * i, true);
      case "int64":
        return Number(data.getBigInt64(8 * i, true));
      case "uint8":
      case "bool":
        return data.getUint8(i);
      default:
        return data.getUint16(2 * i, true);
    }
  };
  const out: number[] = [];
  const visit = (d: number, position: number): void => {
    if (d === shape.length) out.push(element(position));
    else for (let i = 0; i < shape[d]!; i++) visit(d + 1, position + i * strides[d]!);
  };
  visit(0, offset);
  return out;
}
