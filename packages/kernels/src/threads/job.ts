/**
 * How is a kernel called by any thread? Through a record: table slot, bytes of the record, which arguments are relative
 * to the thread's own scratch, then the arguments, 8 bytes each. Every kernel gets a job that reads it and calls.
 */
import {
  type Builder,
  f32,
  f64,
  i32,
  i64,
  type Kernel,
  kernel,
  type Local,
  type Signature,
  type Type,
} from "../wasm/assembler/index.ts";

export const RECORD_HEADER = 16;

/** (record, byte offset of the thread's scratch). */
export const signature: Signature = { parameters: ["i32", "i32"], results: [] };

const loads = { i32, i64, f32, f64 };

function argument(f: Builder, type: Type, i: number, record: Local<"i32">, offset: Local<"i32">): Local<Type> {
  if (!(type in loads)) throw new TypeError(`job: need scalar parameters; got ${type}.`);
  if (i > 31) throw new RangeError("job: need 32 parameters at most: the header has a bit for each.");
  const value = loads[type as keyof typeof loads].load(record, RECORD_HEADER + 8 * i);
  if (type !== "i32") return f.let<Type>(value);
  const isLocal = i32.and(i32.shiftRightUnsigned(i32.load(record, 8), i), 1);
  return f.let<Type>(i32.add(value as typeof isLocal, i32.mul(isLocal, offset)));
}

export const jobOf = (callee: Kernel): Kernel =>
  kernel({ record: i32, offset: i32 }, (f, { record, offset }) => {
    const args = callee.parameters.map((type, i) => argument(f, type, i, record, offset));
    if (callee.results.length > 0) f.drop(f.result(callee, ...args));
    else f.call(callee, ...args);
  });
