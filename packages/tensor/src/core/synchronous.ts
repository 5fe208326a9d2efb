/** Does a callback go on after it has returned? Neither a mode nor a scope covers what it does then. */

/** What a callback may return. */
export type Synchronous<T> = T extends PromiseLike<unknown> | Generator | AsyncGenerator ? never : T;

/** Of values that go on, by their tag: what they are, and what to write instead. */
const goingOn: Readonly<Record<string, string>> = {
  Promise:
    "a promise: what follows an await would run outside. Await first, and leave only what computes to the callback.",
  Generator:
    "a generator: its body would run outside. Return a list, [...steps()], or begin inside of it, between two yields.",
  AsyncGenerator: "an async generator: its body would run outside. Begin inside of it, around what only computes.",
  "Iterator Helper": "an iterator: what it calls would run outside. Return a list, with toArray().",
};

const thenable = "a thenable: what it waits for would run outside. Await it first, outside of the callback.";

/** What is wrong with a value that goes on; null for any other. */
function described(value: unknown): string | null {
  if (Object(value) !== value) return null;
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (Object.hasOwn(goingOn, tag)) return goingOn[tag]!;
  return typeof (value as PromiseLike<unknown>).then === "function" ? thenable : null;
}

const nothing = (): void => {};

/** Nobody will hear of a promise that is refused: it must not end the process when it fails. */
function hush(value: unknown): void {
  try {
    void Promise.prototype.then.call(value, nothing, nothing);
  } catch {
    // no promise; another `then` is not called, since that may start what it waits for
  }
}

/** Gives what a callback returned, or throws: a promise, a generator and their kind go on outside. */
export function synchronous<T>(op: string, value: T, Wrong: new (message: string) => Error): T {
  const wrong = described(value);
  if (wrong === null) return value;
  hush(value);
  throw new Wrong(`${op}: need a synchronous callback; got one that returns ${wrong}`);
}
