/**
 * How is a kernel written? `kernel(parameters, body)`: what begins with `f.`, and `set` or `advance` on a local, emits a
 * statement; everything else is a value. TypeScript's own loops unroll; `f.repeat` and `f.loop` loop at run time.
 */
import { unsigned } from "./encoding.ts";
import { type Address, atomicStores, i32, narrowStores, stores } from "./instructions.ts";
import { type Code, codeOf, type Kernel, type Operand, type Signature, type Type, Value } from "./value.ts";

/** A variable of a kernel. */
export class Local<T extends Type> extends Value<T> {
  readonly #emit: (code: Code) => void;
  readonly #index: number[];
  constructor(type: T, index: number, emit: (code: Code) => void) {
    super(type, [0x20, ...unsigned(index)]);
    this.#index = unsigned(index);
    this.#emit = emit;
  }
  set(x: Operand<T>): void {
    this.#emit(codeOf(this.type, x));
    this.#emit([0x21, ...this.#index]);
  }
  advance(this: Local<"i32">, bytes: Operand<"i32">): void {
    this.set(i32.add(this, bytes));
  }
}

/** A place to jump to: the end of its block, or the start of its loop. */
export interface Label {
  jump(): void;
  jumpIf(condition: Value<"i32">): void;
}

export class Builder {
  readonly code: (number | Kernel | Signature)[] = [];
  readonly locals: Type[] = [];
  readonly #parameters: number;
  #depth = 0;
  constructor(parameters: number) {
    this.#parameters = parameters;
  }
  readonly #emit = (code: Code): void => {
    for (const c of code) this.code.push(c);
  };

  /** A variable, zero until set. */
  local<T extends Type>({ type }: { readonly type: T }): Local<T> {
    return new Local(type, this.#parameters + this.locals.push(type) - 1, this.#emit);
  }
  /** Evaluates now; the result is a variable. */
  let<T extends Type>(x: Value<T>): Local<T> {
    const local = this.local(x);
    local.set(x);
    return local;
  }
  store<T extends Type>(address: Address, offset: number, x: Value<T>): void {
    this.#emit([...address.code, ...x.code, ...stores[x.type], ...unsigned(offset)]);
  }
  /** The low `bytes` bytes of x. */
  storeNarrow(bytes: 1 | 2, address: Address, offset: number, x: Value<"i32">): void {
    this.#emit([...address.code, ...x.code, ...narrowStores[bytes], ...unsigned(offset)]);
  }
  atomicStore<T extends "i32" | "i64">(address: Address, offset: number, x: Value<T>): void {
    this.#emit([...address.code, ...x.code, ...atomicStores[x.type], ...unsigned(offset)]);
  }
  /** Copies bytes within the memory; the ranges may overlap. */
  copyBytes(to: Operand<"i32">, from: Operand<"i32">, bytes: Operand<"i32">): void {
    this.#emit([...codeOf("i32", to), ...codeOf("i32", from), ...codeOf("i32", bytes), 0xfc, 10, 0, 0]);
  }
  fillBytes(to: Operand<"i32">, byte: Operand<"i32">, bytes: Operand<"i32">): void {
    this.#emit([...codeOf("i32", to), ...codeOf("i32", byte), ...codeOf("i32", bytes), 0xfc, 11, 0]);
  }
  /** Evaluates for the effect alone. */
  drop(x: Value<Type>): void {
    this.#emit([...x.code, 0x1a]);
  }
  return(x?: Value<Type>): void {
    this.#emit([...(x?.code ?? []), 0x0f]);
  }

  #enter(opcode: number, body: (label: Label) => void): void {
    this.#emit([opcode, 0x40]);
    const depth = ++this.#depth;
    const branch = (op: number): void => this.#emit([op, ...unsigned(this.#depth - depth)]);
    body({
      jump: () => branch(0x0c),
      jumpIf: (condition) => {
        this.#emit(condition.code);
        branch(0x0d);
      },
    });
    this.#depth--;
    this.#emit([0x0b]);
  }
  block(body: (leave: Label) => void): void {
    this.#enter(0x02, body);
  }
  loop(body: (again: Label) => void): void {
    this.#enter(0x03, body);
  }
  when(condition: Value<"i32">, then: () => void, otherwise?: () => void): void {
    this.#emit(condition.code);
    this.#enter(0x04, () => {
      then();
      if (!otherwise) return;
      this.#emit([0x05]);
      otherwise();
    });
  }
  /** Runs the body `count` times, also none. */
  repeat(count: Operand<"i32">, body: () => void): void {
    this.unroll(count, 1, body);
  }
  /** Runs the body `count` times, `by` copies in a row; `step(n)` after n copies moves the pointers, so a copy has only immediates. */
  unroll(
    count: Operand<"i32">,
    by: number,
    body: (copy: number) => void,
    step: (copies: number) => void = () => {},
  ): void {
    const left = this.let(count instanceof Value ? count : i32.of(count));
    this.block((leave) => {
      leave.jumpIf(i32.lt(left, by));
      this.loop((again) => {
        for (let copy = 0; copy < by; copy++) body(copy);
        step(by);
        left.set(i32.sub(left, by));
        again.jumpIf(i32.ge(left, by));
      });
    });
    if (by > 1) this.unroll(left, 1, body, step);
  }
  call<P extends readonly Type[]>(callee: Kernel<P>, ...args: { [I in keyof P]: Operand<P[I]> }): void {
    args.forEach((x, i) => {
      this.#emit(codeOf(callee.parameters[i]!, x));
    });
    this.#emit([0x10, callee]);
  }
  /** The value of a call; evaluated where it is used. */
  result<T extends Type = "i32">(callee: Kernel, ...args: Operand<Type>[]): Value<T> {
    return new Value(callee.results[0] as T, [
      ...args.flatMap((x, i) => codeOf(callee.parameters[i]!, x)),
      0x10,
      callee,
    ]);
  }
  /** Calls the function at `index` of the module's table. */
  callIndirect(signature: Signature, index: Value<"i32">, ...args: Operand<Type>[]): void {
    args.forEach((x, i) => {
      this.#emit(codeOf(signature.parameters[i]!, x));
    });
    this.#emit([...index.code, 0x11, signature, 0]);
  }
}

type Parameters = Readonly<Record<string, { readonly type: Type }>>;
export type Arguments<P extends Parameters> = { readonly [N in keyof P]: Local<P[N]["type"]> };

/** A function of the given parameters. With a `result` type the body must end in `f.return(value)`. */
export const kernel = <P extends Parameters>(
  parameters: P,
  body: (f: Builder, args: Arguments<P>) => void,
  result?: { readonly type: Type },
): Kernel => {
  const types = Object.values(parameters).map((p) => p.type);
  const f = new Builder(types.length);
  const emit = (code: Code): void => {
    for (const c of code) f.code.push(c);
  };
  const args = Object.fromEntries(Object.keys(parameters).map((name, i) => [name, new Local(types[i]!, i, emit)]));
  body(f, args as Arguments<P>);
  if (result) f.code.push(0x00); // never reached: the body has returned
  return { parameters: types, results: result ? [result.type] : [], locals: f.locals, code: f.code };
};
