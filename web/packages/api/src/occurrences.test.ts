import { describe, expect, it } from "vitest";
import { occurrences } from "./occurrences.ts";
import type { When } from "./schema/schedule.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const when = (rest: Partial<When>): When => ({ from: "2026-11-16T00:00:00", until: null, zone: "Europe/Berlin", recurrence: null, ...rest });
const show = (row: When, from: string, until: string, zone = "UTC") =>
  occurrences(row, zone, at(from), at(until)).map((one) => [new Date(one.from).toISOString().slice(0, 16), new Date(Math.min(one.until, at("2030-01-01T00:00"))).toISOString().slice(0, 16)]);

describe("occurrences", () => {
  it("go on throughout without a recurrence", () => {
    expect(show(when({ until: "2026-11-18T12:00:00" }), "2026-11-17T00:00", "2026-11-20T00:00")).toEqual([["2026-11-15T23:00", "2026-11-18T11:00"]]);
  });

  it("come on the days and hours of a week", () => {
    const row = when({ recurrence: { weekly: { every: 1, days: ["mo", "we"], window: { start: "07:00:00", end: "11:00:00" } } } });
    expect(show(row, "2026-11-16T00:00", "2026-11-23T00:00")).toEqual([
      ["2026-11-16T06:00", "2026-11-16T10:00"],
      ["2026-11-18T06:00", "2026-11-18T10:00"],
    ]);
  });

  it("reach over midnight", () => {
    const row = when({ zone: null, recurrence: { weekly: { every: 1, days: ["mo"], window: { start: "22:00:00", end: "02:00:00" } } } });
    expect(show(row, "2026-11-17T00:00", "2026-11-17T12:00")).toEqual([["2026-11-16T22:00", "2026-11-17T02:00"]]);
  });

  it("skip weeks, counted from the week of the start", () => {
    const row = when({ zone: "UTC", recurrence: { weekly: { every: 2, days: ["fr"], window: { start: "10:00:00", end: "11:00:00" } } } });
    expect(show(row, "2026-11-16T00:00", "2026-12-07T00:00").map(([from]) => from)).toEqual(["2026-11-20T10:00", "2026-12-04T10:00"]);
  });

  it("join whole days", () => {
    const row = when({ zone: "UTC", recurrence: { weekly: { every: 1, days: ["mo", "tu"], window: null } } });
    expect(show(row, "2026-11-16T00:00", "2026-11-20T00:00")).toEqual([["2026-11-16T00:00", "2026-11-18T00:00"]]);
  });

  it("keep the hour of the wall when the clocks change", () => {
    const row = when({ from: "2026-10-19T00:00:00", recurrence: { weekly: { every: 1, days: ["sa", "mo"], window: { start: "08:00:00", end: "09:00:00" } } } });
    expect(show(row, "2026-10-24T00:00", "2026-10-27T00:00").map(([from]) => from)).toEqual(["2026-10-24T06:00", "2026-10-26T07:00"]);
  });
});
