/** What is to be done, in which order? Precedence is Python's: `-a ** 2` is −(a²), `2 ** -1` is ½, `**` binds to the right. */
import { nearest } from "../arguments/refusal.ts";
import { type Apply, constants, functionsByName, prefixes, signs } from "./functions.ts";
import { Source } from "./source.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** A step of a program: lays down a number or what is in a hole, or takes away what lies on top and lays down a result. */
export type Step =
  | { readonly kind: "number"; readonly value: number | bigint }
  | { readonly kind: "hole"; readonly hole: number }
  | { readonly kind: "apply"; readonly apply: Apply; readonly count: number };

export interface Program {
  readonly source: Source;
  readonly steps: readonly Step[];
}

class Parser {
  readonly steps: Step[] = [];
  readonly #source: Source;
  readonly #tokens: readonly Token[];
  #next = 0;
  #functions: ReadonlyMap<string, Apply> | null = null;

  constructor(source: Source) {
    this.#source = source;
    this.#tokens = tokensOf(source);
    if (this.#token().kind === "end")
      source.refuse(0, "a formula", "an empty one", `Write what to compute: expr\`2 * \${x}\`.`);
    this.#sum();
    const { kind, text } = this.#token();
    if (kind !== "end")
      this.#refuse("an operator", kind !== "sign" || text === "(" ? "Products are written with *." : "");
  }

  #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #refuse(need: string, hint = ""): never {
    const { at, text } = this.#token();
    this.#source.refuse(at, need, text, hint);
  }

  /** The sign that comes next, if it is one of these. */
  #taken(...some: readonly string[]): string | null {
    const token = this.#token();
    if (token.kind !== "sign" || !some.includes(token.text)) return null;
    this.#next++;
    return token.text;
  }

  #apply(apply: Apply, count: number): void {
    this.steps.push({ kind: "apply", apply, count });
  }

  /** Operands with signs between them, from left to right. */
  #chain(operand: () => void, ...some: readonly string[]): void {
    operand();
    for (let sign = this.#taken(...some); sign !== null; sign = this.#taken(...some)) {
      operand();
      this.#apply(signs[sign]!, 2);
    }
  }

  #sum(): void {
    this.#chain(() => this.#product(), "+", "-");
  }

  #product(): void {
    this.#chain(() => this.#signed(), "*", "/", "//", "%", "@");
  }

  #signed(): void {
    const sign = this.#taken("-", "+");
    if (sign === null) this.#power();
    else {
      this.#signed();
      this.#apply(prefixes[sign]!, 1);
    }
  }

  #power(): void {
    this.#operand();
    if (this.#taken("**") === null) return;
    this.#signed();
    this.#apply(signs["**"]!, 2);
  }

  #operand(): void {
    const token = this.#token();
    if (this.#taken("(")) {
      this.#sum();
      this.#close();
    } else if (token.kind === "number" || token.kind === "hole") {
      this.#next++;
      this.steps.push(token);
    } else if (token.kind === "name") this.#named(token.text);
    else this.#refuse(`a number, \${…}, a function or "("`);
  }

  #close(): void {
    if (this.#taken(")") === null) this.#refuse('")" or an operator');
  }

  #named(name: string): void {
    const value = constants.get(name);
    this.#functions ??= functionsByName();
    const apply = this.#functions.get(name);
    if (value === undefined && apply === undefined) this.#unknown(name, [...this.#functions.keys()]);
    this.#next++;
    if (value !== undefined) this.steps.push({ kind: "number", value });
    else this.#call(name, apply!);
  }

  #unknown(name: string, known: readonly string[]): never {
    const near = nearest(name, known).slice(0, 3);
    const hint = near.length > 0 ? `Did you mean ${near.join(", ")}?` : `There are ${known.join(", ")}.`;
    return this.#refuse("a function", `${hint} Values stand in holes: \${${name}}.`);
  }

  #call(name: string, apply: Apply): void {
    if (this.#taken("(") === null) this.#refuse(`"(" after ${name}`);
    let count = 0;
    do {
      this.#sum();
      count++;
    } while (this.#taken(","));
    this.#close();
    this.#apply(apply, count);
  }
}

/** Throws at the first character that cannot be. */
export function parse(parts: readonly string[]): Program {
  const source = new Source(parts);
  return { source, steps: new Parser(source).steps };
}
