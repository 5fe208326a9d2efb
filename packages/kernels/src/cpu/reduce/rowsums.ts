/**
 * Sums as fixed trees: shape alone decides the order, so no tile, thread or engine changes a bit.
 *
 * `sumsOf`       one or more sums over the same n elements. Blocks of 256 elements (128 when there are two sums): each of
 *                the block's vectors adds eight times, then they are folded in pairs; float32 blocks are added in float64,
 *                float64 blocks with compensation (Neumaier). What is left of a block goes vector by vector, then element by element.
 * `columnSumsOf` the same for every column of a matrix: blocks of 16 rows, added into an array of float64.
 *
 * What is summed is a formula of the elements: Σx, Σ(x − m)², Σg·y. Alignment: that of the element.
 */
import {
  type Builder,
  f64,
  i32,
  type Kernel,
  kernel,
  type Local,
  pointer,
  type Type,
  type Value,
} from "../../wasm/assembler/index.ts";
import type { Lanes } from "../pointwise/printers.ts";
import { names, PairSum, parameters, shapes, type Terms, vectorTerms } from "./terms.ts";

/** How a block meets its elements: `spacing` bytes from pair to pair of vectors; `step` moves to the next turn. */
interface Walk {
  readonly spacing: number;
  readonly step: () => void;
}

/** Whole blocks: `pairs` pairs of vectors for each sum, each adding `TURNS` times. */
const TURNS = 8;

function addBlock(
  f: Builder,
  plan: Terms,
  terms: (offset: number) => readonly Lanes<Type>[],
  { spacing, step }: Walk,
): readonly Value<Type>[] {
  const { vector, add } = shapes[plan.dtype];
  const pairs = 4 / plan.count;
  const sums = Array.from({ length: plan.count }, () =>
    Array.from({ length: 2 * pairs }, () => f.local(vector) as Local<Type>),
  );
  const turn = (isFirst: boolean): void => {
    for (let p = 0; p < pairs; p++)
      terms(spacing * p).forEach((term, t) => {
        term.forEach((x, lane) => {
          const sum = sums[t]![2 * p + lane]!;
          sum.set(isFirst ? x : add(sum, x));
        });
      });
    step();
  };
  turn(true);
  f.repeat(TURNS - 1, () => turn(false));
  return sums.map((vectors) => {
    let rest: Value<Type>[] = vectors;
    while (rest.length > 1) {
      const half = rest.length / 2;
      const [low, high] = [rest.slice(0, half), rest.slice(half)];
      rest = low.map((x, i) => f.let(add(x, high[i]!)));
    }
    return rest[0]!;
  });
}

/** (n, to, streams x0…, constants c0… as float64): writes `count` sums at `to`, in float64. */
export const sumsOf = (plan: Terms): Kernel => {
  const [streams, constants] = [names("x", plan.streams), names("c", plan.constants)];
  const shape = shapes[plan.dtype];
  return kernel({ n: i32, to: pointer, ...parameters(streams, pointer), ...parameters(constants, f64) }, (f, args) => {
    const { n, to } = args;
    const at = streams.map((name) => (args as Record<string, Local<"i32">>)[name]!);
    const given = constants.map((name) => (args as unknown as Record<string, Local<"f64">>)[name]!);
    const splats = given.map((c) => f.let(shape.splat(c))).map((c) => [c, c]);
    const scalars = given.map((c) => [f.let(shape.scalar(c))]);
    const step = (elements: number): void => {
      for (const p of at) p.advance(elements * shape.bytes);
    };
    const sums = Array.from({ length: plan.count }, () => new PairSum(f, shape));
    const block = (4 / plan.count) * shape.width * TURNS;
    const terms = vectorTerms(f, plan, at, splats);
    f.repeat(i32.divUnsigned(n, block), () => {
      addBlock(f, plan, terms, { spacing: 32, step: () => step(block / TURNS) }).forEach((x, t) => {
        sums[t]!.add(x);
      });
    });
    f.repeat(i32.divUnsigned(i32.and(n, block - 1), shape.width), () => {
      terms(0).forEach(([low, high], t) => {
        sums[t]!.add(shape.add(low!, high!));
      });
      step(shape.width);
    });
    const totals = sums.map((sum) => f.let(sum.total()));
    f.repeat(i32.and(n, shape.width - 1), () => {
      const values = plan.terms(
        shape.scalarPrinter(f),
        at.map((p) => [f.let(shape.scalarLoad(p))]),
        scalars,
      );
      values.forEach(([x], t) => {
        totals[t]!.set(f64.add(totals[t]!, shape.promote(x!)));
      });
      step(1);
    });
    totals.forEach((total, t) => {
      f.store(to, 8 * t, total);
    });
  });
};

/**
 * (to, x): writes the sum of `elements` elements, a multiple of 256, at `to`, in float64. Its four pairs of vectors walk
 * through a quarter each: memory answers four streams faster than one.
 */
export const longSumOf = (plan: Terms, elements: number): Kernel =>
  kernel({ to: pointer, x: pointer }, (f, { to, x }) => {
    const { bytes, width } = shapes[plan.dtype];
    const sum = new PairSum(f, shapes[plan.dtype]);
    const terms = vectorTerms(f, plan, [x], []);
    const walk = { spacing: (elements / 4) * bytes, step: () => x.advance(width * bytes) };
    f.repeat(elements / (4 * width * TURNS), () => sum.add(addBlock(f, plan, terms, walk)[0]!));
    f.store(to, 0, sum.total());
  });
