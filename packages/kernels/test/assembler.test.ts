import { expect, test } from "vitest";
import { assemble, f32, f32x4, f64, i32, i64, instantiate, kernel, least, pointer, select } from "#assembler";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
const run = (k: ReturnType<typeof kernel>, ...args: (number | bigint)[]): number =>
  instantiate<"k">(assemble({ k }), memory).k(...(args as number[]));

test("constants at the edges of their encodings", () => {
  for (const n of [0, -1, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31), 0xffffffff])
    expect(run(kernel({}, (f) => f.return(i32.of(n)), i32))).toBe(n | 0);
  for (const x of [0, -0, 1.5, Number.MAX_VALUE, Number.MIN_VALUE, Number.NaN, Number.NEGATIVE_INFINITY])
    expect(run(kernel({}, (f) => f.return(f64.of(x)), f64))).toBe(x);
});

test("loops, branches and variables", () => {
  const sum = kernel(
    { n: i32 },
    (f, { n }) => {
      const [total, i] = [f.local(i32), f.local(i32)];
      f.block((leave) => {
        f.loop((again) => {
          leave.jumpIf(i32.gt(i, n));
          f.when(
            i32.rem(i, 2),
            () => total.set(i32.add(total, i)),
            () => total.set(i32.sub(total, 1)),
          );
          i.advance(1);
          again.jump();
        });
      });
      f.return(total);
    },
    i32,
  );
  expect(run(sum, 10)).toBe(25 - 6);
});

test("unrolled loops run every turn once", () => {
  const count = kernel(
    { n: i32 },
    (f, { n }) => {
      const [body, steps] = [f.local(i32), f.local(i32)];
      f.unroll(
        n,
        4,
        () => body.advance(1),
        (copies) => steps.advance(copies),
      );
      f.return(i32.mul(i32.eq(body, steps), body));
    },
    i32,
  );
  for (let n = 0; n < 12; n++) expect(run(count, n)).toBe(n);
});

test("five thousand variables", () => {
  const many = kernel(
    { x: f32 },
    (f, { x }) => {
      const values = Array.from({ length: 5000 }, () => f.let(f32.add(x, 1)));
      f.return(values.at(-1)!);
    },
    f32,
  );
  expect(run(many, 2)).toBe(3);
});

test("vectors, memory and calls", () => {
  const twice = kernel({ x: pointer }, (f, { x }) => f.store(x, 0, f32x4.mul(f32x4.load(x), 2)));
  const both = kernel({ x: pointer }, (f, { x }) => {
    f.call(twice, x);
    f.call(twice, i32.add(x, 16));
  });
  const floats = new Float32Array(memory.buffer, 0, 8);
  floats.set([1, 2, 3, 4, 5, 6, 7, 8]);
  run(both, 0);
  expect([...floats]).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
});

test("select, least and 64-bit numbers", () => {
  expect(
    run(
      kernel({ x: i32 }, (f, { x }) => f.return(least(x, 5)), i32),
      9,
    ),
  ).toBe(5);
  expect(
    run(
      kernel({ x: i32 }, (f, { x }) => f.return(select(i32.isZero(x), i32.of(1), i32.of(2))), i32),
      0,
    ),
  ).toBe(1);
  expect(run(kernel({}, (f) => f.return(i64.add(i64.of(2n ** 62n), 1)), i64))).toBe(2n ** 62n + 1n);
});
