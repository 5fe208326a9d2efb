/** Uniforms from draws, in place: float32 from 24 bits in blocks of 16, float64 from 53 bits; the range form is one fused multiply-add. */
import {
  type Builder,
  f32,
  f32x4,
  f64,
  i32,
  i32x4,
  i64,
  i64x2,
  type Kernel,
  kernel,
  pointer,
  select,
  type Value,
} from "../../wasm/assembler/index.ts";
import { unitOf } from "./draws.ts";
import { checked, exact, type Fusion, fusedFloat64, native, type Rounding } from "./fused.ts";

const OFFSETS = [0, 16, 32, 48];

type Single = Value<"f32x4">;

interface Range {
  readonly from: Single;
  readonly to: Single;
  readonly span: Single;
}

const rangeOf = (f: Builder, from: Value<"f32">, to: Value<"f32">): Range => ({
  from: f.let(f32x4.splat(from)),
  to: f.let(f32x4.splat(to)),
  span: f.let(f32x4.splat(f32.sub(to, from))),
});

/** What was rounded up to the end of the range goes to its beginning. */
const below = (f: Builder, x: Single, { from, to }: Range): Single => {
  const value = f.let(x);
  return f.let(f32x4.select(f32x4.eq(value, to), from, value));
};

function storeAll(f: Builder, at: Value<"i32">, values: readonly Single[]): void {
  values.forEach((value, i) => {
    f.store(at, 16 * i, value);
  });
}

/** u·to, for ranges that begin at 0. */
export const scaledUniform: Kernel = kernel({ at: pointer, blocks: i32, from: f32, to: f32 }, (f, args) => {
  const { at, blocks, from, to } = args;
  const range = rangeOf(f, from, to);
  f.repeat(blocks, () => {
    const value = (o: number): Single => f32x4.add(f32x4.mul(unitOf(i32x4.load(at, o)), range.span), range.from);
    const values = OFFSETS.map((o) => below(f, value(o), range));
    storeAll(f, at, values);
    at.advance(64);
  });
});

/** The values of the block at `at`: u·(to − from) + from, rounded once. */
function inRange<L>(f: Builder, m: Fusion<L>, range: Range): (at: Value<"i32">) => Single[] {
  const [span, from] = [m.of(range.span), m.of(range.from)];
  const value = (u: Single): Single => below(f, m.value(m.multiplyAdd(m.of(u), span, from)), range);
  return (at) => OFFSETS.map((o) => value(unitOf(i32x4.load(at, o))));
}

const exactBlock = kernel({ at: pointer, from: f32, to: f32 }, (f, { at, from, to }) => {
  storeAll(f, at, inRange(f, exact(f), rangeOf(f, from, to))(at));
});

export const rangeUniform = (rounding: Rounding): Kernel =>
  kernel({ at: pointer, blocks: i32, from: f32, to: f32 }, (f, { at, blocks, from, to }) => {
    const doubt = f.local(i64x2);
    const range = rangeOf(f, from, to);
    const values = rounding === "native" ? inRange(f, native, range) : inRange(f, checked(f, doubt), range);
    f.repeat(blocks, () => {
      if (rounding === "exact") f.call(exactBlock, at, from, to);
      if (rounding === "native") storeAll(f, at, values(at));
      if (rounding === "checked") {
        doubt.set(i64x2.of(0));
        const all = values(at);
        f.when(
          i64x2.anyTrue(doubt),
          () => f.call(exactBlock, at, from, to),
          () => storeAll(f, at, all),
        );
      }
      at.advance(64);
    });
  });

/** The low 53 bits of two draws in [0, 1); the first draw is the high half. */
export const unit64 = (at: Value<"i32">): Value<"f64"> =>
  f64.mul(f64.convertI64(i64.and(i64.rotateLeft(i64.load(at), 32), 2n ** 53n - 1n)), 2 ** -53);

export const uniform64: Kernel = kernel({ at: pointer, count: i32, from: f64, to: f64 }, (f, args) => {
  const { at, count, from, to } = args;
  const span = f.let(f64.sub(to, from));
  const value = f.local(f64);
  f.repeat(count, () => {
    const u = f.let(unit64(at));
    f.when(
      f64.eq(from, 0),
      () => value.set(f64.mul(u, span)),
      () => value.set(f.result<"f64">(fusedFloat64, u, span, from)),
    );
    f.store(at, 0, select(f64.eq(value, to), from, value));
    at.advance(8);
  });
});
