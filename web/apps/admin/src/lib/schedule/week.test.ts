import type { Schedule, Slot } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { sideBySide, visibleParts, weekOf, type Block } from "./week.ts";

const monday = "2026-11-16";
const row = (id: string, when: Partial<Schedule["when"]>) => ({ id, when: { from: "2026-11-01T00:00:00", until: null, zone: null, recurrence: null, ...when } }) as Schedule;
const daily = (start: string, end: string) => ({ recurrence: { weekly: { every: 1, days: ["mo", "tu"] as ("mo" | "tu")[], window: { start, end } } } });

describe("the week", () => {
  it("shows what is long as a bar and what is short as blocks", () => {
    const { blocks, bars } = weekOf([row("long", { until: "2026-11-18T12:00:00" }), row("short", daily("07:00:00", "11:30:00"))], monday, "Europe/Berlin");
    expect(bars.map((bar) => [bar.row, bar.first, bar.last])).toEqual([["long", 0, 2]]);
    expect(blocks.map((block) => [block.day, block.start, block.end])).toEqual([
      [0, 420, 690],
      [1, 420, 690],
    ]);
  });

  it("parts a night at midnight", () => {
    const { blocks } = weekOf([row("night", { from: "2026-11-17T22:00:00", until: "2026-11-18T02:00:00" })], monday, "UTC");
    expect(blocks.map((block) => [block.day, block.start, block.end])).toEqual([
      [1, 1320, 1440],
      [2, 0, 120],
    ]);
  });

  it("stacks bars that meet", () => {
    const { bars } = weekOf([row("a", {}), row("b", { from: "2026-11-18T00:00:00" })], monday, "UTC");
    expect(bars.map((bar) => [bar.row, bar.first, bar.line])).toEqual([
      ["a", 0, 0],
      ["b", 2, 1],
    ]);
  });

  it("keeps the hours of the wall in the week of a clock change", () => {
    const { blocks } = weekOf([row("x", { from: "2026-10-25T06:00:00", until: "2026-10-25T08:00:00" })], "2026-10-19", "Europe/Berlin");
    expect(blocks.map((block) => [block.day, block.start, block.end])).toEqual([[6, 360, 480]]);
  });
});

it("puts overlapping blocks side by side", () => {
  const block = (id: string, start: number, end: number): Block => ({ row: id, day: 0, from: 0, until: 1, start, end, column: 0, columns: 1 });
  const placed = sideBySide([block("a", 0, 100), block("b", 50, 150), block("c", 120, 200), block("d", 300, 400)]);
  expect(placed.map((one) => `${one.row}${one.column}/${one.columns}`)).toEqual(["a0/2", "b1/2", "c0/2", "d0/1"]);
});

it("knows the parts that are on the screen", () => {
  const slot = (id: string, from: number, until: number) => ({ row: id, from, until }) as Slot;
  expect(visibleParts("a", { from: 100, until: 200 }, [slot("a", 50, 125), slot("b", 125, 150), slot("a", 150, 300)])).toEqual([
    { from: 0, until: 0.25 },
    { from: 0.5, until: 1 },
  ]);
});
