/**
 * How does the compiler compute with sizes? Digit by digit, as on paper: tuples of a length would end near a thousand.
 *
 * Digits in a row begin with the last one. A size that is not known, `number`, makes the result `number`; of several
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

/** x, and x + 1 */
type Raised = [["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"]];

/** Half of x and half of 1x, with what is left behind it. */
type Halves = [
  ["00", "01", "10", "11", "20", "21", "30", "31", "40", "41"],
  ["50", "51", "60", "61", "70", "71", "80", "81", "90", "91"],
];

/** The digits of a size; never of what is none, such as −1 and ½. */
type DigitsOf<N extends number> = Reversed<`${N}`>;
type Reversed<T extends string, Out extends string = ""> = T extends Digit
  ? `${T}${Out}`
  : T extends `${infer X extends Digit}${infer I}`
    ? Reversed<I, `${X}${Out}`>
    : never;

/** The number that digits write. */
type NumberOf<D extends string> = Parsed<Reversed<D>>;
type Parsed<T extends string> = T extends `0${infer Rest extends `${Digit}${string}`}`
  ? Parsed<Rest>
  : T extends `${infer N extends number}`
    ? N
    : never;

type Sum<
  A extends string,
  B extends string,
  C extends Carry = "0",
  Out extends string = "",
> = A extends `${infer X extends Digit}${infer I}`
  ? B extends `${infer Y extends Digit}${infer J}`
    ? Sums[C][X][Y] extends `${infer D extends Carry}${infer Z}`
      ? Sum<I, J, D, `${Out}${Z}`>
      : never
    : C extends "0"
      ? `${Out}${A}`
      : Sum<A, "0", C, Out>
  : C extends "0"
    ? `${Out}${B}`
    : B extends ""
      ? `${Out}1`
      : Sum<"0", B, C, Out>;

/** false where B is larger. Not null, which programs that are not strict take for any type. */
type Difference<
  A extends string,
  B extends string,
  C extends Carry = "0",
  Out extends string = "",
> = A extends `${infer X extends Digit}${infer I}`
  ? B extends `${infer Y extends Digit}${infer J}`
    ? Differences[C][X][Y] extends `${infer D extends Carry}${infer Z}`
      ? Difference<I, J, D, `${Out}${Z}`>
      : never
    : C extends "0"
      ? `${Out}${A}`
      : Difference<A, "0", C, Out>
  : `${C}${B}` extends "0" | "00"
    ? Out
    : false;

type TimesDigit<
  A extends string,
  Y extends Digit,
  C extends Digit = "0",
  Out extends string = "",
> = A extends `${infer X extends Digit}${infer I}`
  ? Products[X][Y] extends `${infer Tens extends Digit}${infer Ones extends Digit}`
    ? Sums[0][Ones][C] extends `${infer D extends Carry}${infer Z}`
      ? TimesDigit<I, Y, Raised[D][Tens] & Digit, `${Out}${Z}`>
      : never
    : never
  : `${Out}${C}`;

/** By the digits of `T`, the first one first. */
type Product<
  A extends string,
  T extends string,
  Out extends string = "",
> = T extends `${infer Y extends Digit}${infer Rest}`
  ? Product<A, Rest, Out extends "" ? TimesDigit<A, Y> : Sum<`0${Out}`, TimesDigit<A, Y>>>
  : T extends ""
    ? Out
    : never;

/** Long division: the quotient so far, and the rest to which the next digit comes. */
type Quotient<
  T extends string,
  B extends string,
  Left extends string = "",
  Out extends string = "",
> = T extends `${infer First extends Digit}${infer Rest}`
  ? Fitting<`${First}${Left}`, B> extends [infer Q extends Digit, infer L extends string]
    ? Quotient<Rest, B, L, `${Out}${Q}`>
    : never
  : T extends ""
    ? { readonly quotient: Parsed<Out>; readonly rest: Left }
    : never;
/** How often B goes, at most 9 times, and what it leaves. */
type Fitting<Left extends string, B extends string, Q extends Digit = "0"> =
  Difference<Left, B> extends infer L extends string ? Fitting<L, B, Raised[1][Q]> : [Q, Left];

/** ⌊T / 2⌋, by far the most frequent quotient. */
type Half<
  T extends string,
  C extends Carry = "0",
  Out extends string = "",
> = T extends `${infer X extends Digit}${infer I}`
  ? Halves[C][X] extends `${infer Q}${infer D extends Carry}`
    ? Half<I, D, `${Out}${Q}`>
    : never
  : T extends ""
    ? Parsed<Out>
    : never;

/** What are no sizes have no digits: of them nothing is known. */
type Sure<N> = [N] extends [never] ? number : N;

export type Add<A extends number, B extends number> = B extends 0
  ? A
  : A extends 0
    ? B
    : number extends A | B
      ? number
      : Sure<NumberOf<Sum<DigitsOf<A>, DigitsOf<B>>>>;

/** A − B, or false where that is below 0. */
export type Subtract<A extends number, B extends number> = B extends 0
  ? A
  : number extends A | B
    ? number
    : Sure<Difference<DigitsOf<A>, DigitsOf<B>> extends infer D extends string ? NumberOf<D> : false>;

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
    : B extends 2
      ? Sure<Half<`${A}`>>
      : Sure<Division<A, B>["quotient"]>;

/** A / B, or false where something is left over or B is 0. */
export type DivideEvenly<A extends number, B extends number> = B extends 1
  ? A
  : number extends A | B
    ? number
    : B extends 0
      ? false
      : Sure<Whole<Division<A, B>>>;
type Division<A extends number, B extends number> = B extends 0
  ? never
  : [DigitsOf<B>] extends [never]
    ? never
    : Quotient<`${A}`, DigitsOf<B>>;
type Whole<Q> = Q extends { readonly quotient: infer N; readonly rest: infer L }
  ? L extends `${string}${Exclude<Digit, "0">}${string}`
    ? false
    : N
  : never;
