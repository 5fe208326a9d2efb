/** How is a huge number reduced by π/2? Exactly: as a whole multiple of 2⁻ᴾ, beside π with as many digits. */

/** Digits after the point: more than the largest float64 has before it, and those of the result. */
const P = 1300n;

/** arctan 1/n. */
function arctan(n: bigint): bigint {
  let [power, sum] = [(1n << (P + 32n)) / n, 0n];
  for (let k = 1n, sign = 1n; power !== 0n; k += 2n, sign = -sign) {
    sum += (sign * power) / k;
    power /= n * n;
  }
  return sum;
}

/** π/2 = 8·arctan 1/5 − 2·arctan 1/239 (Machin 1706). */
const halfPi = (8n * arctan(5n) - 2n * arctan(239n)) >> 32n;

/** x = n·π/2 + rest, where n is the nearest whole number. */
function reduced(x: number): { readonly n: bigint; readonly rest: bigint } {
  if (!Number.isFinite(x)) return { n: 0n, rest: 0n };
  const shift = Math.abs(x) < 2 ** 53 ? 64 : 0; // until it is whole
  const wide = BigInt(x * 2 ** shift) << (P - BigInt(shift));
  const n = (2n * wide + (wide < 0n ? -halfPi : halfPi)) / (2n * halfPi);
  return { n, rest: wide - n * halfPi };
}

export const restOf = (x: number): number => Number(reduced(x).rest >> (P - 128n)) * 2 ** -128;

/** n modulo 4, from −1 to 2. */
export const quadrantOf = (x: number): number => Number(((((reduced(x).n + 1n) % 4n) + 4n) % 4n) - 1n);
