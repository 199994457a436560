import { describe, expect, it } from "vitest";
import { addDays, fromCivil, isZone, mondayOf, toCivil } from "./zone.ts";

const berlin = "Europe/Berlin";

describe("civil times", () => {
  it.each([
    ["2026-11-22T07:00:00", "2026-11-22T06:00:00Z"],
    ["2026-07-01T07:00:00", "2026-07-01T05:00:00Z"],
    ["2026-11-22T15:09:27.345", "2026-11-22T14:09:27.345Z"],
    // The hour that does not exist: the moment of the jump.
    ["2026-03-29T02:30:00", "2026-03-29T01:00:00Z"],
    // The hour that comes twice: the first.
    ["2026-10-25T02:30:00", "2026-10-25T00:30:00Z"],
  ])("%s in Berlin is %s", (civil, moment) => {
    expect(new Date(fromCivil(civil, berlin)).toISOString()).toBe(moment.includes(".") ? moment : moment.replace("Z", ".000Z"));
  });

  it("reads the clock on the wall", () => {
    expect(toCivil(Date.parse("2026-11-21T23:30:00Z"), berlin)).toBe("2026-11-22T00:30:00");
    expect(toCivil(Date.parse("2026-11-22T12:00:00Z"), "America/St_Johns")).toBe("2026-11-22T08:30:00");
  });

  it("counts weeks from Monday", () => {
    expect(mondayOf("2026-11-22")).toBe("2026-11-16");
    expect(mondayOf("2026-11-23")).toBe("2026-11-23");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });

  it("knows which zones exist", () => {
    expect(isZone(berlin)).toBe(true);
    expect(isZone("Mars/Olympus")).toBe(false);
    expect(isZone("")).toBe(false);
  });
});
