import type { Day, When } from "@signboard/api";
import { expect, it } from "vitest";
import { shifted } from "./shift.ts";

const once: When = { from: "2026-11-22T10:00:00", until: "2026-11-22T12:00:00", zone: null, recurrence: null };
const weekly = (days: Day[], start = "22:00:00", end = "23:30:00"): When => ({ ...once, recurrence: { weekly: { every: 1, days, window: { start, end } } } });

it("moves start and end of a single time", () => {
  expect(shifted(once, 1, -45)).toMatchObject({ from: "2026-11-23T09:15:00", until: "2026-11-23T11:15:00" });
  expect(shifted({ ...once, until: null }, 0, 15).until).toBeNull();
});

it("moves the part of the day of a weekly row, over midnight too", () => {
  expect(shifted(weekly(["mo", "tu"]), 3, 60).recurrence?.weekly).toEqual({ every: 1, days: ["mo", "tu"], window: { start: "23:00:00", end: "00:30:00" } });
});

it("moves the day of a row that has only one", () => {
  expect(shifted(weekly(["su"]), 1, 0).recurrence?.weekly.days).toEqual(["mo"]);
  expect(shifted(weekly(["mo"]), -1, 0).recurrence?.weekly.days).toEqual(["su"]);
});
