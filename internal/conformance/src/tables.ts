/** What tables of classes have in common: answers by class and sample, numbers that are compared, options that are shown. */
import { readdirSync, readFileSync } from "node:fs";
import { type Tensor, tensor } from "@ag/tensor";
import { sizeOf } from "@ag/tensor/internal";
import { difference, type GoldenTensor } from "./goldens.ts";

/** An answer to a sample of a class or function, or PyTorch's error. */
export interface Answer {
  readonly error?: string;
  /** The options without which the answer would be another. */
  readonly matters?: readonly string[];
}

export type Answers<A extends Answer> = ReadonlyMap<string, Readonly<Record<string, A>>>;

/** By class or function, by name of the sample. */
export function answersIn<A extends Answer>(folder: string): Answers<A> {
  const place = new URL(`../../goldens/answers/${folder}/`, import.meta.url);
  const read = (file: string): Readonly<Record<string, A>> =>
    (JSON.parse(readFileSync(new URL(file, place), "utf8")) as { samples: Record<string, A> }).samples;
  return new Map(readdirSync(place).map((file) => [file.replace(/\.json$/, ""), read(file)]));
}

export interface TableSample {
  readonly of: string;
  readonly name: string;
  readonly options: Readonly<Record<string, true | "throws" | { readonly exempt: string }>>;
  readonly throws?: abstract new (...args: never[]) => Error;
  readonly says?: string;
  readonly onlyHere?: boolean;
}

export const title = ({ of, name }: TableSample): string => `${of}: ${name}`;
export const titled = <S extends TableSample>(list: readonly S[]): [string, S][] =>
  list.map((one) => [title(one), one]);

/** What a table lacks: samples without an answer, answers without a sample. */
export function unanswered<A extends Answer>(samples: readonly TableSample[], answers: Answers<A>): string[] {
  const asked = new Set(samples.map(title));
  const got = new Set([...answers].flatMap(([of, names]) => Object.keys(names).map((name) => `${of}: ${name}`)));
  return [...asked].filter((one) => !got.has(one)).concat([...got].filter((one) => !asked.has(one)));
}

/** Options that no sample shows: without them its answer would be the same. */
export function unshown<A extends Answer>(samples: readonly TableSample[], answers: Answers<A>): string[] {
  const shows = (sample: TableSample, option: string, isError: boolean): boolean =>
    (sample.throws !== undefined) === isError &&
    (answers.get(sample.of)?.[sample.name]?.matters ?? []).includes(option);
  const options = new Map(samples.map(({ of, options }) => [of, options]));
  return [...options].flatMap(([of, list]) => {
    const own = samples.filter((sample) => sample.of === of);
    return Object.entries(list)
      .filter(([name, how]) => typeof how !== "object" && !own.some((one) => shows(one, name, how === "throws")))
      .map(([name]) => `${of}: ${name}`);
  });
}

const isPlain = (x: unknown): boolean => (Array.isArray(x) ? x.every(isPlain) : typeof x !== "object");

/** Arguments by position, but for tensors, that are the same in all samples of a class or function. */
export function unvaried(samples: readonly (TableSample & { readonly given: readonly unknown[] })[]): string[] {
  const names = [...new Set(samples.map(({ of }) => of))];
  return names.flatMap((of) => {
    const given = samples.filter((one) => one.of === of && one.throws === undefined).map((one) => one.given);
    const longest = Math.max(0, ...given.map((args) => args.length));
    return Array.from({ length: longest }, (_, i) => i)
      .filter((i) => given.some((args) => isPlain(args[i])))
      .filter((i) => new Set(given.map((args) => JSON.stringify(args[i]))).size < 2)
      .map((i) => `${of}: argument ${i}`);
  });
}

/** As `weights` of PyTorch's side. */
export function weights({ shape, dtype }: Tensor): Tensor {
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 7) % 11) - 5.5) / 4);
  return tensor(values, { dtype }).reshape(shape);
}

/** The differences between lists of tensors, in words. */
export function differences(got: readonly (Tensor | null)[], wanted: readonly (GoldenTensor | null)[]): string[] {
  if (got.length !== wanted.length) return [`${got.length} instead of ${wanted.length} tensors`];
  return got.flatMap((x, i) => {
    const other = wanted[i] ?? null;
    if (x === null || other === null) return x === other ? [] : [`${i}: ${x ? "a tensor" : "nothing"}`];
    const found = difference(x, other);
    return found === null ? [] : [`${i}: ${found}`];
  });
}

/** Whether tensors have the bits of goldens. */
export const bitsOf = (x: Tensor): string => Buffer.from(x.detach().contiguous().rawBytes()).toString("base64");
