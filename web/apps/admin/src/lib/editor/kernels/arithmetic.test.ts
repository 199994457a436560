import { expect, it } from "vitest";
import { evaluate } from "./arithmetic.ts";

it.each([
  ["12", 12],
  ["1920/2-40", 920],
  ["2+3*4", 14],
  ["(2+3)*4", 20],
  ["-5", -5],
  ["3,5 * 2", 7],
  ["100 px", 100],
  ["+10", 110],
  ["*2", 200],
  ["/4", 25],
])("%s is %d", (text, value) => {
  expect(evaluate(text, 100)).toBe(value);
});

it.each(["", "abc", "1+", "(1", "1/0", "2 3x", "1;alert(1)"])("%j is no sum", (text) => {
  expect(evaluate(text, 100)).toBeNull();
});
