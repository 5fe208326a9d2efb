/**
 * How does the compiler compute with sizes? Digit by digit, as on paper: tuples of a length would end near a thousand.
 *
 * Lists of digits begin with the last one. A size that is not known, `number`, makes the result `number`; of several
 * possible ones, all results are given.
 */

/** The rows of a table of sums: x + 0 … x + 9, tens first. */
type Row0 = ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"];
type Row1 = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"];
type Row2 = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"];
type Row3 = ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];
type Row4 = ["04", "05", "06", "07", "08", "09", "10", "11", "12", "13"];
type Row5 = ["05", "06", "07", "08", "09", "10", "11", "12", "13", "14"];
type Row6 = ["06", "07", "08", "09", "10", "11", "12", "13", "14", "15"];
type Row7 = ["07", "08", "09", "10", "11", "12", "13", "14", "15", "16"];
type Row8 = ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"];
type Row9 = ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18"];
type Row10 = ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"];

/** carry + a + b */
type Sums = [
  [Row0, Row1, Row2, Row3, Row4, Row5, Row6, Row7, Row8, Row9],
  [Row1, Row2, Row3, Row4, Row5, Row6, Row7, Row8, Row9, Row10],
];

/** The rows of a table of differences: x − 0 … x − 9; a 1 in front has been borrowed. */
type Less0 = ["00", "19", "18", "17", "16", "15", "14", "13", "12", "11"];
type Less1 = ["01", "00", "19", "18", "17", "16", "15", "14", "13", "12"];
type Less2 = ["02", "01", "00", "19", "18", "17", "16", "15", "14", "13"];
type Less3 = ["03", "02", "01", "00", "19", "18", "17", "16", "15", "14"];
type Less4 = ["04", "03", "02", "01", "00", "19", "18", "17", "16", "15"];
type Less5 = ["05", "04", "03", "02", "01", "00", "19", "18", "17", "16"];
type Less6 = ["06", "05", "04", "03", "02", "01", "00", "19", "18", "17"];
type Less7 = ["07", "06", "05", "04", "03", "02", "01", "00", "19", "18"];
type Less8 = ["08", "07", "06", "05", "04", "03", "02", "01", "00", "19"];
type Less9 = ["09", "08", "07", "06", "05", "04", "03", "02", "01", "00"];
type LessThan0 = ["19", "18", "17", "16", "15", "14", "13", "12", "11", "10"];

/** a − b − what was borrowed */
type Differences = [
  [Less0, Less1, Less2, Less3, Less4, Less5, Less6, Less7, Less8, Less9],
  [LessThan0, Less0, Less1, Less2, Less3, Less4, Less5, Less6, Less7, Less8],
];

/** a · b */
type Products = [
  ["00", "00", "00", "00", "00", "00", "00", "00", "00", "00"],
  Row0,
  ["00", "02", "04", "06", "08", "10", "12", "14", "16", "18"],
  ["00", "03", "06", "09", "12", "15", "18", "21", "24", "27"],
  ["00", "04", "08", "12", "16", "20", "24", "28", "32", "36"],
  ["00", "05", "10", "15", "20", "25", "30", "35", "40", "45"],
  ["00", "06", "12", "18", "24", "30", "36", "42", "48", "54"],
  ["00", "07", "14", "21", "28", "35", "42", "49", "56", "63"],
  ["00", "08", "16", "24", "32", "40", "48", "56", "64", "72"],
  ["00", "09", "18", "27", "36", "45", "54", "63", "72", "81"],
];

type Digit = keyof Row0 & `${number}`;
type Carry = "0" | "1";
type Digits = readonly Digit[];

type SumOf<C extends Carry, A extends Digit, B extends Digit> = Sums[C][A][B];
type DifferenceOf<C extends Carry, A extends Digit, B extends Digit> = Differences[C][A][B];

/** The digits of a size; never for what is none, such as −1 and ½. */
type DigitsOf<N extends number> = Split<`${N}`>;
type Split<T extends string, D extends Digits = []> = T extends `${infer First extends Digit}${infer Rest}`
  ? Split<Rest, [First, ...D]>
  : T extends ""
    ? D
    : never;

/** The number that the digits write. */
type NumberOf<D extends Digits, T extends string = ""> = D extends readonly [
  infer First extends Digit,
  ...infer Rest extends Digits,
]
  ? NumberOf<Rest, `${First}${T}`>
  : Parsed<T>;
type Parsed<T extends string> = T extends `0${infer Rest extends `${Digit}${string}`}`
  ? Parsed<Rest>
  : T extends `${infer N extends number}`
    ? N
    : number;

type Sum<A extends Digits, B extends Digits, C extends Carry = "0", Out extends Digits = []> = A extends readonly [
  infer X extends Digit,
  ...infer I extends Digits,
]
  ? B extends readonly [infer Y extends Digit, ...infer J extends Digits]
    ? SumOf<C, X, Y> extends `${infer D extends Carry}${infer Z extends Digit}`
      ? Sum<I, J, D, [...Out, Z]>
      : never
    : C extends "0"
      ? [...Out, ...A]
      : Sum<A, ["0"], C, Out>
  : B extends readonly []
    ? C extends "0"
      ? Out
      : [...Out, "1"]
    : C extends "0"
      ? [...Out, ...B]
      : Sum<["0"], B, C, Out>;

/** null where B is larger. */
type Difference<
  A extends Digits,
  B extends Digits,
  C extends Carry = "0",
  Out extends Digits = [],
> = A extends readonly [infer X extends Digit, ...infer I extends Digits]
  ? B extends readonly [infer Y extends Digit, ...infer J extends Digits]
    ? DifferenceOf<C, X, Y> extends `${infer D extends Carry}${infer Z extends Digit}`
      ? Difference<I, J, D, [...Out, Z]>
      : never
    : C extends "0"
      ? [...Out, ...A]
      : Difference<A, ["0"], C, Out>
  : [C, B] extends ["0", readonly "0"[]]
    ? Out
    : null;

type TimesDigit<
  A extends Digits,
  Y extends Digit,
  C extends Digit = "0",
  Out extends Digits = [],
> = A extends readonly [infer X extends Digit, ...infer I extends Digits]
  ? Products[X][Y] extends `${infer Tens extends Digit}${infer Ones extends Digit}`
    ? SumOf<"0", Ones, C> extends `${infer D extends Carry}${infer Z extends Digit}`
      ? SumOf<D, Tens, "0"> extends `0${infer More extends Digit}`
        ? TimesDigit<I, Y, More, [...Out, Z]>
        : never
      : never
    : never
  : C extends "0"
    ? Out
    : [...Out, C];

/** By the digits of `T`, the first one first. */
type Product<
  A extends Digits,
  T extends string,
  Out extends Digits = [],
> = T extends `${infer Y extends Digit}${infer Rest}`
  ? Product<A, Rest, Sum<["0", ...Out], TimesDigit<A, Y>>>
  : T extends ""
    ? Out
    : never;

/** Long division: the quotient so far, and the rest to which the next digit comes. */
type Quotient<
  T extends string,
  B extends Digits,
  Left extends Digits = [],
  Out extends string = "",
> = T extends `${infer First extends Digit}${infer Rest}`
  ? Fitting<[First, ...Left], B> extends [infer Q extends Digit, infer L extends Digits]
    ? Quotient<Rest, B, L, `${Out}${Q}`>
    : never
  : T extends ""
    ? { readonly quotient: Parsed<Out>; readonly rest: Left }
    : never;
type Next = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "9"];
/** How often B goes, at most 9 times, and what it leaves. */
type Fitting<Left extends Digits, B extends Digits, Q extends Digit = "0"> =
  Difference<Left, B> extends infer L extends Digits ? Fitting<L, B, Next[Q]> : [Q, Left];

/** What are no sizes have no digits: of them nothing is known. */
type Sure<N> = [N] extends [never] ? number : N;

export type Add<A extends number, B extends number> = B extends 0
  ? A
  : A extends 0
    ? B
    : number extends A | B
      ? number
      : Sure<NumberOf<Sum<DigitsOf<A>, DigitsOf<B>>>>;

/** A − B, or null where that is below 0. */
export type Subtract<A extends number, B extends number> = B extends 0
  ? A
  : number extends A | B
    ? number
    : Sure<Difference<DigitsOf<A>, DigitsOf<B>> extends infer D extends Digits ? NumberOf<D> : null>;

export type Multiply<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : number extends A | B
      ? number
      : Sure<NumberOf<Product<DigitsOf<A>, `${B}`>>>;

/** ⌊A / B⌋. */
export type Divide<A extends number, B extends number> = B extends 1
  ? A
  : number extends A | B
    ? number
    : Sure<Division<A, B>["quotient"]>;

/** A / B, or null where something is left over or B is 0. */
export type DivideEvenly<A extends number, B extends number> = B extends 1
  ? A
  : number extends A | B
    ? number
    : B extends 0
      ? null
      : Sure<Whole<Division<A, B>>>;
type Division<A extends number, B extends number> = B extends 0
  ? never
  : [DigitsOf<B>] extends [never]
    ? never
    : Quotient<`${A}`, DigitsOf<B>>;
type Whole<Q> = Q extends { readonly quotient: infer N; readonly rest: infer L extends Digits }
  ? L extends readonly "0"[]
    ? N
    : null
  : never;
