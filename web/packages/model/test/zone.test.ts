import { expect, it } from "vitest";
import { civilAt, offsetAt } from "../src/index.ts";

const zones = {
  "Europe/Berlin": [
    { from: Date.parse("2026-03-01T00:00:00Z"), offset_s: 3600 },
    { from: Date.parse("2026-03-29T01:00:00Z"), offset_s: 7200 },
  ],
};

it("reads the offsets of the plan", () => {
  const change = Date.parse("2026-03-29T01:00:00Z");
  expect(offsetAt(zones, "Europe/Berlin", 0)).toBe(3600);
  expect(offsetAt(zones, "Europe/Berlin", change - 1)).toBe(3600);
  expect(offsetAt(zones, "Europe/Berlin", change)).toBe(7200);
  expect(offsetAt(zones, "Mars/Olympus", change)).toBe(0);
  expect(civilAt(zones, "Europe/Berlin", change - 1)).toEqual({ year: 2026, month: 3, day: 29, hour: 1, minute: 59, second: 59, weekday: 6 });
  expect(civilAt(zones, "Europe/Berlin", change)).toEqual({ year: 2026, month: 3, day: 29, hour: 3, minute: 0, second: 0, weekday: 6 });
});
