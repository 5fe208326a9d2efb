// biome-ignore-all lint/suspicious/noTemplateCurlyInString: messages show formulas with their holes
import { DTypeError, expr, memory, type Operand, ShapeError, type Tensor, tensor, ValueError } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const a = tensor([2, 3]);
const b = tensor([6, 4]);
const double = (value: number): Tensor => tensor(value, { dtype: "float64" });

/** As a template of this text gives it: for texts that a formatter would change. */
const templated = (parts: readonly string[], ...holes: readonly unknown[]): Tensor =>
  expr(Object.assign([...parts], { raw: parts }), ...(holes as Operand[]));

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ValueError);
    return (error as Error).message;
  }
  return "none";
};

describe("numbers", () => {
  const one = double(1);

  test.each<[text: string, value: number]>([
    ["1e-3 + 2.5E+2 + .5 + 5.", 255.501],
    ["2 ** 3 ** 2", 512],
    ["-2 ** 2", -4],
    ["2 ** -1", 0.5],
    ["7 // 2 + -7 // 2", -1],
    ["7 % 3 + -7 % 3 + 7 % -3", 1],
    ["2 - 3 - 4", -5],
    ["16 / 4 / 2", 2],
    ["+3 - -2 + - + 1", 4],
    ["pi", Math.PI],
    ["e", Math.E],
    ["abs(-3) + sqrt(16) + maximum(2, 5) + pow(2, 3) + floor(-1.5)", 18],
    ["1 / 0", Number.POSITIVE_INFINITY],
    ["-inf", Number.NEGATIVE_INFINITY],
    ["nan", Number.NaN],
  ])("%s", (text, value) => {
    expect(templated([`(${text}) * `, ""], one).item()).toBe(value);
  });

  test("have the bits of kernels, not of the engine", () => {
    for (const x of [0.1, 1, 2.5, 7]) {
      expect(expr`sin(${x}) * ${one}`.item()).toBe(double(x).sin().item());
      expect(expr`${one} * ${0.99} ** ${10 * x}`.item()).toBe(
        double(0.99)
          .pow(double(10 * x))
          .item(),
      );
    }
  });

  test("in holes are numbers, bigints and booleans; bigints stay exact", () => {
    const large = 2n ** 62n - 1n;
    const x = tensor([1n]);
    expect(
      [expr`${x} * ${large}`, expr`${x} * (${large} + 2 - 2)`, expr`--${x} * +${large}`].map((y) => y.data()[0]),
    ).toEqual([large, large, large]);
    expect(expr`${x} * -${large}`.data()[0]).toBe(-large);
    expect(expr`${x} * 9007199254740993`.data()[0]).toBe(9007199254740993n);
    expect(expr`${x} * (${large} / 2 + 0.5)`.dtype).toBe("int64");
    expect(expr`${a} * (${true} + ${2n} + -${false})`.tolist()).toEqual([6, 9]);
    expect(expr`${x} * -${3n} + ${true}`.tolist()).toEqual([-2]);
    expect(expr`${a} * (${3n} + 0.5)`.tolist()).toEqual([7, 10.5]);
  });
});

describe("formulas", () => {
  test("take spaces and lines between all words", () => {
    expect(templated(["\n\t3*", "**\r\n3 -\n", "  **2\n"], a, b).tolist()).toEqual([-12, 65]);
    expect(templated(["sum ( ", ")"], a).item()).toBe(5);
  });

  test("may be one tensor, which is what comes back", () => {
    expect(expr`${a}`).toBe(a);
    expect(expr`((+${a}))`).toBe(a);
    expect(() => expr`+${tensor([true])}`).toThrow(DTypeError);
  });

  test("are read once, and computed each time", () => {
    let reads = 0;
    const raw = new Proxy(["2 * ", ""], {
      get: (parts, key) => {
        reads++;
        return Reflect.get(parts, key) as unknown;
      },
    });
    const strings = Object.assign(["", ""], { raw });
    expect(expr(strings, a).tolist()).toEqual([4, 6]);
    const first = reads;
    expect(first).toBeGreaterThan(0);
    expect(expr(strings, b).tolist()).toEqual([12, 8]);
    expect(reads).toBe(first);
    const double = (x: Tensor): Tensor => expr`2 * ${x}`;
    expect([double(a), double(b)].map((x) => x.tolist())).toEqual([[4, 6], [12, 8]]); // biome-ignore format: rows
  });

  test("give back what is made on the way, also when they fail", () => {
    const wide = tensor(new Float32Array(1000));
    const { used } = memory();
    const out = expr`exp(${wide}) * 2 - sqrt(${wide} + 1) / 3`;
    const perTensor = memory().used - used;
    out.dispose();
    expect(perTensor).toBeLessThan(2 * 4096);
    expect(() => expr`exp(${wide}) * 2 + ${tensor([1, 2, 3])}`).toThrow(ShapeError);
    expect(memory().used).toBe(used);
  });

  test("of hundreds of terms", () => {
    const terms = Array.from({ length: 500 }, () => a);
    expect(templated(["", ...terms.slice(1).map(() => " + "), ""], ...terms).tolist()).toEqual([1000, 1500]);
  });
});

describe("what is no formula is shown", () => {
  const products = "Products are written with *.";
  const operand = 'a number, ${…}, a function or "("';
  // biome-ignore format: a table
  test.each<[parts: readonly string[], need: string, got: string, at: string, hint: string, line: string, column: number]>([
    [["3 * (", ""], '")" or an operator', "the end", "character 10", "", "3 * (${1}", 10],
    [["", " ", ""], "an operator", "${2}", "character 6", products, "${1} ${2}", 6],
    [["2", ""], "an operator", "${1}", "character 2", products, "2${1}", 2],
    [["2(", ")"], "an operator", "(", "character 2", products, "2(${1})", 2],
    [["1e", ""], "an operator", "e", "character 2", products, "1e${1}", 2],
    [["", " ** 2)"], "an operator", ")", "character 10", "", "${1} ** 2)", 10],
    [["", ", 1"], "an operator", ",", "character 5", "", "${1}, 1", 5],
    [["", " +"], operand, "the end", "character 7", "", "${1} +", 7],
    [["* ", ""], operand, "*", "character 1", "", "* ${1}", 1],
    [["sum()", ""], operand, ")", "character 5", "", "sum()${1}", 5],
    [["", "\n + \n\t + * 2"], operand, "*", "line 3, character 5", "", "\t + * 2", 5],
    [["sin ", ""], '"(" after sin', "${1}", "character 5", "", "sin ${1}", 5],
    [["", " ^ 2"], "an operator or an operand", "^", "character 6", "Powers are written with **.", "${1} ^ 2", 6],
    [["sum(", ", dim=1)"], "an operator or an operand", "=", "character 14", "Arguments have no names: sum(x, 1).", "sum(${1}, dim=1)", 14],
    [["\u{1f600} ", ""], "an operator or an operand", "\u{1f600}", "character 1", "There are numbers, ${…}, + - * / // % @ **, parentheses and functions.", "\u{1f600} ${1}", 1],
    [["sinn(", ")"], "a function", "sinn", "character 1", "Did you mean sin, sign? Values stand in holes: ${sinn}.", "sinn(${1})", 1],
    [["log_softmax(", ", 1)"], "a function", "log_softmax", "character 1", "Did you mean logSoftmax, softmax? Values stand in holes: ${log_softmax}.", "log_softmax(${1}, 1)", 1],
    [["constructor(", ")"], "a function", "constructor", "character 1", "", "constructor(${1})", 1],
  ])("%j", (parts, need, got, at, hint, line, column) => {
    const message = messageOf(() => templated(parts, a, b));
    const [said, shown, mark] = message.split("\n");
    expect(said).toContain(`expr: need ${need}; got ${got} at ${at}. ${hint}`.trimEnd());
    expect(shown).toBe(`  ${line}`);
    expect(mark).toHaveLength(2 + column);
    expect(mark!.trim()).toBe("^");
    expect(mark!.includes("\t")).toBe(line.includes("\t"));
  });

  test("a name that is like no other: all there are", () => {
    expect(messageOf(() => expr`zz(${a})`)).toMatch(/There are abs, atan, .*, where\. Values stand in holes/);
    expect(messageOf(() => expr`a * ${b}`)).toContain("Values stand in holes: ${a}.");
  });

  test("a name that is like many: the three nearest", () => {
    expect(messageOf(() => expr`log1(${a})`)).toMatch(/ Did you mean log, log1\w+, log1\w+\? Values/);
  });

  test("nothing", () => {
    for (const empty of ["", " \n "])
      expect(messageOf(() => templated([empty]))).toMatch(
        /^expr: need a formula; got an empty one at character 1\. Write/,
      );
  });

  test("holes without an operand, by their number", () => {
    const wrong = (value: unknown): string => messageOf(() => templated(["", " * ", ""], a, value));
    expect(wrong([1])).toBe(
      "expr: need a tensor or a number; got [1] in ${2} at character 8. Make one: tensor(…).\n  ${1} * ${2}\n         ^",
    );
    for (const value of [undefined, null, "2", {}, () => 1, Symbol("s")]) expect(wrong(value)).toContain("in ${2} at");
    expect(messageOf(() => templated(["", " * ", ""], a))).toContain("got undefined in ${2}");
  });

  test("numbers alone, and what is no template", () => {
    expect(messageOf(() => expr`2 + ${3}`)).toContain(
      "expr: need a tensor in a hole; got numbers alone at character 1.",
    );
    for (const wrong of ["2", undefined, null, [], ["2"], a])
      expect(messageOf(() => expr(wrong as never, a))).toContain("expr: need a template, expr`2 * ${x}`; got ");
  });

  test("what a function does not take, it says itself", () => {
    expect(messageOf(() => expr`sin(${a}, 2)`)).toContain("sin: sin() takes 1 positional argument but 2 were given");
    expect(messageOf(() => expr`sum(2) * ${a}`)).toContain("sum: sum(): argument 'x'");
    expect(messageOf(() => expr`2 @ ${a}`)).toContain("matmul: matmul(): argument 'a'");
  });
});
