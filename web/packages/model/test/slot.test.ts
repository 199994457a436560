import { describe, expect, it } from "vitest";
import { fallbackAnchor, nextBoundary, slotAt, type Plan, type Slot } from "../src/index.ts";
import { vectors } from "./vectors.ts";

interface Case {
  title: string;
  from: string;
  until: string;
  slots: { from: string; until: string; anchor: string; row: string; emergency?: boolean }[];
}

function planOf(slots: Slot[]): Plan {
  return {
    id: "p", made_at: 0, from: 0, until: 0, urgent: false,
    viewer: { id: "v", name: "Gate 4", zone: "Europe/Berlin", rotation: 0, fit: "contain", volume: 100, muted: false, language: "de" },
    zones: { "Europe/Berlin": [{ from: 0, offset_s: 3600 }] },
    slots, programs: {}, fallback: "f0", media: {}, bodies: {}, fonts: [],
  };
}

function slotsOf(one: Case): Slot[] {
  return one.slots.map((slot, index) => ({
    from: Date.parse(slot.from),
    until: Date.parse(slot.until),
    anchor: Date.parse(slot.anchor),
    program: slot.row === "standby" || slot.row === "fallback" ? "f0" : `a${index}`,
    row: slot.row[0] === "@" ? slot.row : null,
    emergency: slot.emergency === true,
  }));
}

const cases = vectors<Case>("timetable");

describe("the slot of an instant", () => {
  it("has its cases", () => expect(cases.length).toBeGreaterThanOrEqual(31));

  it.each(cases)("%s", (_file, one) => {
    const slots = slotsOf(one);
    const plan = planOf(slots);
    expect([slots[0]!.from, slots[slots.length - 1]!.until]).toEqual([Date.parse(one.from), Date.parse(one.until)]);
    slots.forEach((slot, index) => {
      for (const at of [slot.from, slot.until - 1, slot.from + 0.5]) expect(slotAt(plan, at), one.title).toBe(slot);
      expect(nextBoundary(plan, slot.from)).toBe(slot.until);
      if (index > 0) expect(slots[index - 1]!.until, "no gap, no overlap").toBe(slot.from);
    });
  });

  it("is the fallback's outside the plan", () => {
    const plan = planOf([{ from: 1000, until: 2000, anchor: 1000, program: "a1", row: "r", emergency: false }]);
    expect(slotAt(plan, 999)).toMatchObject({ from: -Infinity, until: 1000, program: "f0", row: null });
    expect(slotAt(plan, 2000)).toMatchObject({ from: 2000, until: Infinity, program: "f0", row: null });
    expect(fallbackAnchor(plan)).toBe(Date.parse("1970-01-05T00:00:00+01:00"));
    plan.slots.push({ from: 2000, until: 3000, anchor: 77, program: "f0", row: null, emergency: false });
    expect(slotAt(plan, 5000).anchor).toBe(77);
  });
});
