/** PyTorch's CPU stream: which draws make which element. What is not contiguous is filled in the order of its memory. */
import { isContiguous, type Kernels, type RandomState, random32, random64, type View } from "@ag/kernels";
import { placesOf, type Value, viewed, write } from "./elements.ts";

/** The largest stride outermost. */
function inMemoryOrder(x: View): View {
  const order = x.sizes.map((_, d) => d).sort((a, b) => x.strides[b]! - x.strides[a]!);
  return viewed(
    x,
    order.map((d) => x.sizes[d]!),
    order.map((d) => x.strides[d]!),
  );
}

/** Each element from draws of its own. */
function drawn(out: View, draw: () => Value): void {
  const ordered = inMemoryOrder(out);
  write(
    ordered,
    placesOf(ordered).map(() => draw()),
  );
}

/** In [0, 1): from 24 bits, or from 53. */
const unit32 = (state: RandomState): number => (random32(state) & 0xffffff) * 2 ** -24;
const unit64 = (state: RandomState): number => Number(random64(state) & (2n ** 53n - 1n)) * 2 ** -53;

function uniform(out: View, state: RandomState, from: number, to: number): void {
  const [unit, round] = out.dtype === "float32" ? [unit32, Math.fround] : [unit64, Number];
  const [low, high] = [round(from), round(to)];
  drawn(out, () => {
    const value = round(unit(state) * round(high - low) + low);
    return value === high ? low : value; // rounded up to the end
  });
}

/** Two normals from two uniforms (Box & Muller 1958). */
function pair(radius: number, angle: number): readonly [number, number] {
  const size = Math.sqrt(-2 * Math.log1p(-radius));
  return [size * Math.cos(2 * Math.PI * angle), size * Math.sin(2 * Math.PI * angle)];
}

/** Pair by pair; the second one waits in the state. */
function nextNormal(state: RandomState): number {
  const { cachedNormal } = state;
  if (cachedNormal !== null) {
    state.cachedNormal = null;
    return cachedNormal;
  }
  const angle = unit64(state);
  const [first, second] = pair(unit64(state), angle);
  state.cachedNormal = second;
  return first;
}

/** In blocks of 16 uniforms: eight for the radius, eight for the angle; the last block overlaps the one before. */
function blocksOfNormals(count: number, unit: () => number): number[] {
  const values = Array.from({ length: count }, unit);
  const turn = (at: number): void => {
    for (let i = at; i < at + 8; i++) [values[i], values[i + 8]] = pair(values[i]!, values[i + 8]!);
  };
  for (let at = 0; at + 16 <= count; at += 16) turn(at);
  if (count % 16 === 0) return values;
  for (let i = count - 16; i < count; i++) values[i] = unit();
  turn(count - 16);
  return values;
}

function normal(out: View, state: RandomState, mean: number, std: number): void {
  const scaled = (x: number): number => x * std + mean;
  const count = placesOf(out).length;
  if (count < 16 || !isContiguous(out)) {
    drawn(out, () => scaled(nextNormal(state)));
    return;
  }
  const unit = out.dtype === "float32" ? unit32 : unit64;
  write(out, blocksOfNormals(count, () => unit(state)).map(scaled));
}

function integers(out: View, state: RandomState, low: number, high: number): void {
  const range = high - low;
  const draw = (): bigint => (range < 2 ** 28 ? BigInt(random32(state)) : random64(state));
  drawn(out, () => (draw() % BigInt(range)) + BigInt(low));
}

function permutation(out: View, state: RandomState): void {
  const order = placesOf(out).map((_, i) => BigInt(i));
  for (let i = 0; i < order.length - 1; i++) {
    const other = i + (random32(state) % (order.length - i));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  write(out, order);
}

export const random: Kernels["random"] = (draw, out, state) => {
  switch (draw.kind) {
    case "uniform":
      return uniform(out, state, draw.from, draw.to);
    case "normal":
      return normal(out, state, draw.mean, draw.std);
    case "integers":
      return integers(out, state, draw.low, draw.high);
    case "bernoulli":
      return drawn(out, () => Number(unit64(state) < draw.p));
    case "permutation":
      return permutation(out, state);
  }
};
