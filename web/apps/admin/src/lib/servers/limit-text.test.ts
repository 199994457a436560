import { expect, it } from "vitest";
import { MBIT, newLimit, rateText } from "./limit-text.ts";

const phrases = { free: "unlimited", closed: "only what is urgent" };

it("says a rate in Mbit/s, and what none and nought are", () => {
  expect([null, 0, 1, 12_500, 2 * MBIT, 1.25 * MBIT, 100.4 * MBIT].map((rate) => rateText(rate, phrases))).toEqual([
    "unlimited",
    "only what is urgent",
    "0 Mbit/s",
    "0.1 Mbit/s",
    "2 Mbit/s",
    "1.3 Mbit/s",
    "100 Mbit/s",
  ]);
});

it("begins with the hours in which people work", () => {
  const limit = newLimit();
  expect(limit.days).not.toContain("su");
  expect(limit.window).toEqual({ start: "08:00:00", end: "18:00:00" });
  limit.days.push("sa");
  expect(newLimit().days).toHaveLength(5);
});
