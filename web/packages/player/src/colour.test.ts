import { expect, test } from "vitest";
import { css } from "./colour.ts";

test.each([
  ["#10243a", "#10243a"],
  ["#10243a80", "rgba(16, 36, 58, 0.502)"],
  ["#FFFFFFff", "rgba(255, 255, 255, 1)"],
  ["red", null],
  ["#fff", null],
  ["#10243a; background: url(x)", null],
  [undefined, null],
])("%s", (colour, written) => expect(css(colour)).toBe(written));
