/** Uniforms from draws, in place: float32 from 24 bits in blocks of 16, float64 from 53 bits; the range form is one fused multiply-add. */
import {
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
  type Value,
} from "../assembler/index.ts";
import { unitOf } from "./draws.ts";
import { checked, exact, type Fusion, fusedFloat64, native, type Rounding } from "./fused.ts";

const OFFSETS = [0, 16, 32, 48];

/** u·span, for ranges that begin at 0. */
export const scaledUniform: Kernel = kernel({ at: pointer, blocks: i32, from: f32, span: f32 }, (f, args) => {
  const { at, blocks, from, span } = args;
  const [spans, froms] = [f.let(f32x4.splat(span)), f.let(f32x4.splat(from))];
  f.repeat(blocks, () => {
    const values = OFFSETS.map((o) => f.let(f32x4.add(f32x4.mul(unitOf(i32x4.load(at, o)), spans), froms)));
    values.forEach((value, i) => {
      f.store(at, 16 * i, value);
    });
    at.advance(64);
  });
});

const exactBlock = kernel({ at: pointer, from: f32, span: f32 }, (f, { at, from, span }) => {
  const m = exact(f);
  const [spans, froms] = [m.of(f32x4.splat(span)), m.of(f32x4.splat(from))];
  for (const o of OFFSETS) f.store(at, o, m.value(m.multiplyAdd(m.of(unitOf(i32x4.load(at, o))), spans, froms)));
});

/** u·span + from, rounded once. */
export const rangeUniform = (rounding: Rounding): Kernel =>
  kernel({ at: pointer, blocks: i32, from: f32, span: f32 }, (f, { at, blocks, from, span }) => {
    const doubt = f.local(i64x2);
    const inRange = <L>(m: Fusion<L>): (() => Value<"f32x4">[]) => {
      const [spans, froms] = [m.of(f.let(f32x4.splat(span))), m.of(f.let(f32x4.splat(from)))];
      return () => OFFSETS.map((o) => f.let(m.value(m.multiplyAdd(m.of(unitOf(i32x4.load(at, o))), spans, froms))));
    };
    const values = rounding === "native" ? inRange(native) : inRange(checked(f, doubt));
    const storeAll = (all: Value<"f32x4">[]): void =>
      all.forEach((value, i) => {
        f.store(at, 16 * i, value);
      });
    f.repeat(blocks, () => {
      doubt.set(i64x2.of(0));
      if (rounding === "exact") f.call(exactBlock, at, from, span);
      else if (rounding === "native") storeAll(values());
      else {
        const all = values();
        f.when(
          i64x2.anyTrue(doubt),
          () => f.call(exactBlock, at, from, span),
          () => storeAll(all),
        );
      }
      at.advance(64);
    });
  });

/** The low 53 bits of two draws in [0, 1); the first draw is the high half. */
export const unit64 = (at: Value<"i32">): Value<"f64"> =>
  f64.mul(f64.convertI64(i64.and(i64.rotateLeft(i64.load(at), 32), 2n ** 53n - 1n)), 2 ** -53);

export const uniform64: Kernel = kernel({ at: pointer, count: i32, from: f64, span: f64 }, (f, args) => {
  const { at, count, from, span } = args;
  f.repeat(count, () => {
    const u = f.let(unit64(at));
    f.when(
      f64.eq(from, 0),
      () => f.store(at, 0, f64.mul(u, span)),
      () => f.store(at, 0, f.result<"f64">(fusedFloat64, u, span, from)),
    );
    at.advance(8);
  });
});
