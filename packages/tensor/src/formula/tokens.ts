/** Which words has a formula? Numbers, names, signs, and the holes between its parts. */
import type { Source } from "./source.ts";

export type Token = Place &
  (
    | { readonly kind: "number"; readonly value: number | bigint }
    | { readonly kind: "hole"; readonly hole: number }
    | { readonly kind: "name" | "sign" | "end" }
  );

/** Where a word stands, and how it is shown. */
interface Place {
  readonly at: number;
  readonly text: string;
}

const word = /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign>\*\*|\/\/|[-+*/%@(),])/y;

/** Whole numbers that a float64 would round stay whole. */
function numberOf(text: string): number | bigint {
  const value = Number(text);
  return /^\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

function tokenOf({ number, name }: Readonly<Record<string, string | undefined>>, place: Place): Token {
  if (number !== undefined) return { kind: "number", value: numberOf(number), ...place };
  return { kind: name === undefined ? "sign" : "name", ...place };
}

const strange = (character: string): string =>
  character === "^"
    ? "Powers are written with **."
    : character === "="
      ? "Arguments have no names: sum(x, 1)."
      : `There are numbers, \${…}, + - * / // % @ **, parentheses and functions.`;

/** The words of one part, which begins at `start` in what is shown. */
function* wordsOf(part: string, start: number, source: Source): Generator<Token> {
  for (let end = 0; part.slice(end).trim() !== ""; end = word.lastIndex) {
    const at = end + /^\s*/.exec(part.slice(end))![0].length;
    word.lastIndex = at;
    const found = word.exec(part);
    if (found) yield tokenOf(found.groups!, { text: found[0], at: start + at });
    else {
      const character = String.fromCodePoint(part.codePointAt(at)!);
      source.refuse(start + at, "an operator or an operand", character, strange(character));
    }
  }
}

export function tokensOf(source: Source): Token[] {
  const last = source.parts.length - 1;
  return source.parts.flatMap((part, hole): Token[] => {
    const at = source.holeAt(hole);
    const end: Token =
      hole < last ? { kind: "hole", hole, text: `\${${hole + 1}}`, at } : { kind: "end", text: "the end", at };
    return [...wordsOf(part, at - part.length, source), end];
  });
}
