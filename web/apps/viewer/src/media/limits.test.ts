import { expect, test } from "vitest";
import { closedFor, FREE, isLimits, isOpen, parallel } from "./limits.ts";

const HOUR = 3_600_000;

test("hours may pass midnight, and several add up", () => {
  const night = [
    { from: 22 * 60, until: 6 * 60 },
    { from: 720, until: 780 },
  ];
  const open = [0, 359, 360, 719, 720, 779, 780, 1319, 1320].map((minute) => isOpen(night, minute));
  expect(open).toEqual([true, true, false, false, true, true, false, false, true]);
  expect(isOpen([], 600)).toBe(true);
  expect(isOpen([{ from: 60, until: 60 }], 60)).toBe(false);
});

test("it is closed until the next hours begin, and looked at again every ten minutes", () => {
  const hours = [{ from: 22 * 60, until: 6 * 60 }];
  expect(closedFor(hours, 23 * HOUR)).toBe(0);
  expect(closedFor(hours, 22 * HOUR - 1)).toBe(1);
  expect(closedFor(hours, 22 * HOUR - 90_000)).toBe(90_000);
  expect(closedFor(hours, 12 * HOUR)).toBe(600_000);
  expect(closedFor([{ from: 0, until: 60 }], 24 * HOUR - 5_000)).toBe(5_000);
  expect(closedFor([{ from: 5, until: 5 }], 0)).toBe(600_000);
});

test("as many at a time as the server says, within reason", () => {
  expect([0, 1, 4, 100].map((at_once) => parallel({ at_once, hours: [] }))).toEqual([2, 1, 4, 6]);
});

test("limits of unknown origin", () => {
  expect(isLimits(FREE)).toBe(true);
  expect(isLimits({ at_once: 1, hours: [{ from: 0, until: 1440 }], more: 1 })).toBe(true);
  for (const wrong of [null, [], {}, { at_once: -1, hours: [] }, { at_once: 1.5, hours: [] }, { at_once: 1 }, { at_once: 1, hours: [{ from: 0 }] }, { at_once: 1, hours: [{ from: 0, until: 1441 }] }, { at_once: 1, hours: [[0, 1]] }])
    expect(isLimits(wrong), JSON.stringify(wrong)).toBe(false);
});
