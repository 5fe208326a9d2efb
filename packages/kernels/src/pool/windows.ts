/** Where do pooling windows lie? */
import { type Builder, i32, type Local, least, select, type Value } from "../assembler/index.ts";

/** A window along one dimension: elements `from`, `from` + dilation … below `to`, all inside of the input. */
export interface Span {
  readonly from: Local<"i32">;
  readonly to: Local<"i32">;
  /** Elements in the divisor when padding counts: those inside of the padded input. */
  readonly padded: Local<"i32">;
}

export interface Axis {
  readonly size: Local<"i32">;
  readonly kernel: Local<"i32">;
  readonly stride: Local<"i32">;
  readonly padding: Local<"i32">;
  readonly dilation: Local<"i32">;
}

const greatest = (x: Value<"i32">, y: number): Value<"i32"> => select(i32.gt(x, y), x, i32.of(y));

/** Window `index`. The first element inside is found by stepping over those in the padding. */
export function spanOf(f: Builder, { size, kernel, stride, padding, dilation }: Axis, index: Local<"i32">): Span {
  const start = f.let(i32.sub(i32.mul(index, stride), padding));
  const end = f.let(i32.add(start, i32.add(i32.mul(i32.sub(kernel, 1), dilation), 1)));
  const missing = f.let(greatest(i32.sub(0, start), 0));
  const steps = i32.div(i32.add(missing, i32.sub(dilation, 1)), dilation);
  return {
    from: f.let(i32.add(start, i32.mul(steps, dilation))),
    to: f.let(least(end, size)),
    padded: f.let(i32.sub(f.let(least(end, f.let(i32.add(size, padding)))), start)),
  };
}

/** floor(i·in/out) … ceil((i+1)·in/out). */
export function adaptiveSpan(
  f: Builder,
  size: Local<"i32">,
  windows: Local<"i32">,
  index: Local<"i32">,
): Pick<Span, "from" | "to"> {
  const last = i32.add(i32.mul(i32.add(index, 1), size), i32.sub(windows, 1));
  return {
    from: f.let(i32.divUnsigned(i32.mul(index, size), windows)),
    to: f.let(i32.divUnsigned(last, windows)),
  };
}
