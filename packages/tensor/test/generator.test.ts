import { Generator, rand, ValueError } from "@ag/tensor";
import { expect, test } from "vitest";

const draw = (generator: Generator): unknown => rand([20], { generator }).tolist();

test("a state that was taken out or put in stays as it was, however much is drawn", () => {
  const generator = new Generator().manualSeed(3);
  draw(generator);
  const state = generator.getState();
  const first = draw(generator);
  for (let i = 0; i < 40; i++) draw(generator); // all words are made anew
  generator.setState(state);
  expect(draw(generator)).toEqual(first);
  for (let i = 0; i < 40; i++) draw(generator);
  const other = new Generator();
  other.setState(state);
  expect(draw(other)).toEqual(first);
});

test("nothing else is a state", () => {
  const generator = new Generator();
  const state = generator.getState();
  for (const wrong of [
    null,
    {},
    { ...state, words: [...state.words] },
    { ...state, words: state.words.slice(1) },
    { ...state, index: 0.5 },
    { ...state, index: -1 },
    { ...state, index: 625 },
  ])
    expect(() => generator.setState(wrong as never)).toThrow("setState: need a state that getState gave");
  expect(generator.getState()).toEqual(state);
});

test("seeds are whole numbers of any size", () => {
  const generator = new Generator();
  for (const wrong of [0.5, Number.NaN, Infinity, 2 ** 53, "1", null])
    expect(() => generator.manualSeed(wrong as number)).toThrow(ValueError);
  expect(generator.manualSeed(2n ** 60n).initialSeed()).toBe(2n ** 60n);
  expect(generator.manualSeed(-1).initialSeed()).toBe(-1n);
  expect(draw(generator)).toEqual(draw(new Generator().manualSeed(-1n)));
});
