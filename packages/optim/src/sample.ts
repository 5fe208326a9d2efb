/** Optimizers and schedules with their options, as data: PyTorch runs them once for the goldens, the tests run them against those. */
import type { Tensor } from "@ag/tensor";
import type { ParamGroup, Params } from "./optimizer/groups.ts";
import type { LRScheduler, Scheduled } from "./schedules/scheduler.ts";

/** Some sample has to show what an option changes (true), or when it throws; or there is a reason why none does. */
type Shown = true | "throws" | { readonly exempt: string };

type ErrorClass = abstract new (...args: never[]) => Error;

interface Outcome {
  readonly name: string;
  /** What the constructor throws. */
  readonly throws?: ErrorClass;
  /** The error's text contains this, and PyTorch's too unless `onlyHere`. */
  readonly says?: string;
  /** The error is ours alone: PyTorch allows the call, or says something else. */
  readonly onlyHere?: boolean;
}

interface Named extends Outcome {
  readonly of: string;
  /** The same in Python. */
  readonly torch: string;
  readonly options: Readonly<Record<string, Shown>>;
}

type Given = Readonly<Record<string, unknown>>;

/** What the tests need of an optimizer. */
export interface AnyOptimizer {
  readonly defaults: object;
  readonly paramGroups: readonly ParamGroup<{ lr: number }>[];
  readonly hasStepped: boolean;
  step(): void;
  stateDict(): Map<string, unknown>;
  loadStateDict(from: ReadonlyMap<string, unknown>): void;
  toString(): string;
}

/** Twenty steps with given gradients: of three parameters, one of which lacks its gradient now and then, and one always. */
export interface OptimizerSample extends Named {
  readonly create: (params: Params<{ lr: number }>, options: Given) => AnyOptimizer;
  readonly given: Given;
  /** Options of groups of their own: one for the first parameters each, the last for the rest. */
  readonly groups: readonly Given[] | null;
}

type OptimizerClass<O extends { lr: number }> = new (params: Params<O>, options?: Partial<O>) => AnyOptimizer;

interface OptimizerCase<O> extends Outcome {
  readonly given?: Partial<O>;
  readonly groups?: readonly Partial<O>[];
}

/** Samples of an optimizer. Options are those of the constructor, so the compiler checks them as any call. */
export const optimizersFor = <O extends { lr: number }>(
  optimizer: OptimizerClass<O>,
  torch: string,
  options: Readonly<Record<keyof O & string, Shown>>,
  cases: readonly OptimizerCase<NoInfer<O>>[],
): OptimizerSample[] =>
  cases.map(({ given = {}, groups = null, ...one }) => ({
    of: optimizer.name,
    torch,
    options,
    create: (params, own) => new optimizer(params as Params<O>, own as Partial<O>),
    given: given as Given,
    groups: groups as readonly Given[] | null,
    ...one,
  }));

/** A hundred epochs of the rates of two groups. */
export interface SchedulerSample extends Named {
  readonly create: (optimizer: Scheduled, ...make: readonly unknown[]) => LRScheduler;
  /** Behind the optimizer. */
  readonly make: readonly unknown[];
}

type SchedulerClass = new (optimizer: Scheduled, ...make: never[]) => LRScheduler;
type Takes<C> = C extends new (optimizer: Scheduled, ...make: infer P) => LRScheduler ? P : never;
type Last<T extends readonly unknown[]> = Required<T> extends readonly [...unknown[], infer L] ? L : never;
type KeysOf<T> = T extends number | string | boolean | Tensor | readonly unknown[] ? never : keyof T & string;

interface SchedulerCase<C> extends Outcome {
  readonly make: Takes<C>;
}

/** Samples of a schedule. */
export const schedulersFor = <C extends SchedulerClass>(
  scheduler: C,
  torch: string,
  options: Readonly<Record<KeysOf<Last<Takes<C>>>, Shown>>,
  cases: readonly SchedulerCase<NoInfer<C>>[],
): SchedulerSample[] =>
  cases.map((one) => ({
    of: scheduler.name,
    torch,
    options,
    create: (optimizer, ...make) => new scheduler(optimizer, ...(make as never[])),
    ...(one as Outcome & { readonly make: readonly unknown[] }),
  }));
