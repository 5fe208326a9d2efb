/** The error function: x + x·p(x²) up to 1, then 1 − e^q(x). p and q are least-maximum fits made with 50 digits. */
import type { Algebra } from "./algebra.ts";
import { expNear } from "./exponential.ts";
import { polynomial, type Unary } from "./polynomial.ts";

interface Fit {
  /** erf(x) / x − 1 in x², |x| ≤ 1. */
  readonly near: readonly number[];
  /** log(1 − erf x) in x − 1, up to `most`, where the result is 1. */
  readonly far: readonly number[];
  readonly most: number;
}

const fit32: Fit = {
  near: [
    0.12837916572, -0.376126258114, 0.112835850018, -0.0268538057975, 0.0051883160333, -0.000801009128729,
    7.85352339293e-5,
  ],
  far: [
    -1.8496055101, -2.63896751436, -0.843107079942, -0.0415634948556, 0.0100464881363, -0.00201200819544,
    0.000289550524667, -2.1691338407e-5,
  ],
  most: 4,
};
const fit64: Fit = {
  near: [
    0.12837916709551256, -0.3761263890318352, 0.11283791670944178, -0.02686617064311042, 0.0052239776061102205,
    -0.0008548325928934023, 0.00012055293565948788, -1.4924712099299796e-5, 1.6447129158576736e-6,
    -1.6206295912009251e-7, 1.3710905744165988e-8, -7.779333551748281e-10,
  ],
  far: [
    -1.8496055099332482, -2.638967514234775, -0.8431072563594518, -0.04156109802447639, 0.010033825174055367,
    -0.0019779011889132945, 0.00023731633719733253, 2.629657856392079e-5, -2.7199442666282592e-5, 9.672018621929656e-6,
    -2.1325826897523663e-6, 2.0528421385028289e-7, 5.775890417448946e-8, -3.3294318522291324e-8, 8.492882692988446e-9,
    -1.314544787604193e-9, 1.1885140251417439e-10, -4.842945464515442e-12,
  ],
  most: 6,
};

export const erf: Unary = <T, C>(m: Algebra<T, C>, x: T): T => {
  const { near, far, most } = m.dtype === "float32" ? fit32 : fit64;
  const size = m.abs(x);
  const low = m.add(size, m.mul(size, polynomial(m, m.mul(x, x), near)));
  const high = m.sub(1, expNear(m, polynomial(m, m.sub(m.min(size, most), 1), far)));
  return m.copySign(m.select(m.lt(size, 1), low, high), x);
};
