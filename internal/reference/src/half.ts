/** How are float16 and bfloat16 kept? As their bits. */

const float32 = new Float32Array(1);
const bits = new Uint32Array(float32.buffer);

export function fromHalf(half: number): number {
  const [sign, exponent, digits] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  if (exponent === 31) return digits === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? digits * 2 ** -24 : (1 + digits / 1024) * 2 ** (exponent - 15));
}

/** To the nearest whole number, of two the even one; for numbers that are not negative. */
export function roundEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

/** To the nearest, ties to even. */
export function toHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(Math.fround(x));
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign + (exponent + 14) * 1024 + roundEven((size / 2 ** exponent) * 1024); // 1024 more: the leading bit
}

export function fromBrain(brain: number): number {
  bits[0] = brain << 16;
  return float32[0]!;
}

/** To the nearest, ties to even: the upper half of a float32. */
export function toBrain(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  float32[0] = x;
  return Math.floor(roundEven(bits[0]! / 65536));
}
