import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";

test("doubles from 1 s to 30 s", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 100].map((attempt) => backoff(attempt, 0.5))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("varies by half to either side", () => {
  expect(backoff(1, 0)).toBe(1000);
  expect(backoff(1, 1)).toBe(3000);
});
