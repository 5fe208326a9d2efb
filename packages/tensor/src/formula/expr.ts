import { anOperand } from "../arguments/kinds.ts";
import { shown } from "../arguments/refusal.ts";
import { ValueError } from "../core/errors.ts";
import { describeForeign } from "../core/foreign.ts";
import { withScope } from "../core/scope.ts";
import { type Operand, Tensor } from "../core/tensor.ts";
import { type Program, parse, type Step } from "./parse.ts";

/** Each formula of a program is read once. */
const programs = /* @__PURE__ */ new WeakMap<TemplateStringsArray, Program>();

function programOf(formula: TemplateStringsArray): Program {
  if (!Array.isArray(formula?.raw))
    throw new ValueError(`expr: need a template, expr\`2 * \${x}\`; got ${shown(formula)} in parentheses.`);
  const known = programs.get(formula);
  if (known) return known;
  const program = parse(formula.raw);
  programs.set(formula, program);
  return program;
}

/** What stands in holes must be what arithmetic takes, and somewhere a tensor. */
function checkHoles({ source }: Program, holes: readonly unknown[]): void {
  const count = source.parts.length - 1;
  for (let i = 0; i < count; i++) {
    const value = holes[i];
    if (!anOperand.ok(value))
      source.refuse(
        source.holeAt(i),
        "a tensor or a number",
        `${shown(value)} in \${${i + 1}}`,
        describeForeign(value) ?? anOperand.hint!(value),
      );
  }
  if (!holes.some((value) => value instanceof Tensor))
    source.refuse(
      0,
      "a tensor in a hole",
      "numbers alone",
      `Write these in JavaScript, or make a tensor: \${tensor(2)}.`,
    );
}

function evaluate(steps: readonly Step[], holes: readonly Operand[]): Operand {
  const stack: Operand[] = [];
  for (const step of steps)
    if (step.kind === "number") stack.push(step.value);
    else if (step.kind === "hole") stack.push(holes[step.hole]!);
    else stack.push(step.apply(...stack.splice(stack.length - step.count)));
  return stack[0]!;
}

/**
 * A formula of tensors and numbers as it is written in mathematics and in Python: it gives, and records, what the methods
 * would, here `a.pow(3).mul(3).sub(b.pow(2))`.
 *
 * `+ - * / // % @ **` and parentheses bind as in Python: `-a ** 2` is −(a²). By their names of PyTorch there are functions of
 * elements, such as `sin`, `exp`, `sqrt`, `sigmoid` and `maximum`, and of tensors, such as `sum(x, 1)`, `mean`, `softmax(x, 1)`
 * and `where`; and `pi`, `e`, `inf`, `nan`. Numbers among themselves are computed as such, with the same bits in every engine.
 * What is made on the way is given back at once.
 *
 * Throws {@link ValueError} that shows the place, for what is no formula, and where no hole has a tensor.
 *
 * ```ts doctest
 * const [a, b] = [tensor([2, 3]), tensor([6, 4])];
 * expr`3 * ${a}**3 - ${b}**2`.tolist() // => [-12, 65]
 * expr`exp(-${a}**2 / 2) / sqrt(2 * pi)`.shape // => [2]
 * ```
 */
export function expr(formula: TemplateStringsArray, ...holes: readonly Operand[]): Tensor {
  const program = programOf(formula);
  checkHoles(program, holes);
  return withScope(() => evaluate(program.steps, holes)) as Tensor;
}
