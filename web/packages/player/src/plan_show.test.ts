import { expect, test } from "vitest";
import type { Body, Item, Plan } from "@signboard/model";
import { PlanShow } from "./plan_show.ts";

const file = (hash: string) => ({ hash, sha256: "", bytes: 1, mime: "image/png", width: 1, height: 1, duration_ms: 0 });
const image = (id: string, media: string): Item => ({ id, kind: "image", duration_ms: 1000, transition: { kind: "cut", ms: 0 }, media });
const page: Item = { id: "p", kind: "page", duration_ms: 1000, transition: { kind: "cut", ms: 0 }, body: "B", page: "p1" };
const body: Body = {
  version: 1,
  canvas: { width: 1, height: 1 },
  pages: [{ id: "p1", duration_ms: 1000, elements: [{ id: "e", kind: "image", frame: { x: 0, y: 0, w: 1, h: 1 }, media: "m1" }] }],
};

function plan(items: Item[], more: Partial<Plan> = {}): Plan {
  return {
    id: "plan", made_at: 0, from: 0, until: 100_000, urgent: false,
    viewer: { id: "v", name: "V", zone: "UTC", rotation: 0, fit: "contain", volume: 100, muted: false, language: "en" },
    zones: { UTC: [{ from: 0, offset_s: 0 }] },
    slots: [{ from: 500, until: 50_500, anchor: 0, program: "a", row: "r", emergency: false }],
    programs: { a: { items, shuffle: null }, f: { items: [image("fi", "m9")], shuffle: null } },
    fallback: "f", media: { m1: file("h1"), m2: file("h2"), m9: file("h9") }, bodies: { B: { sha256: "", bytes: 1 } }, fonts: [],
    ...more,
  };
}

const show = (made: Plan, local: string[], read: Body | null = body) => new PlanShow(made, { has: (hash) => local.includes(hash), body: () => read });
const all = ["h1", "h2", "h9", "B"];

test("an item is cut to its slot, and knows where it would begin and end", () => {
  const made = show(plan([image("a", "m1"), image("b", "m2")]), all);
  expect(made.moment(700)).toMatchObject({ kind: "image", row: "r", start: 0, end: 1000, from: 500, until: 1000, item: { id: "a" } });
  expect(made.moment(1000.4)).toMatchObject({ start: 1000, item: { id: "b" } });
  expect(made.moment(50_400.9)).toMatchObject({ from: 50_000, until: 50_500, end: 51_000 });
});

test("the same stretch has the same key whenever it is asked for", () => {
  const made = show(plan([image("a", "m1"), image("b", "m2")]), all);
  expect(new Set([1000, 1000.3, 1500.77, 1999.99].map((at) => made.moment(at).key)).size).toBe(1);
  expect(made.moment(3000).key).not.toBe(made.moment(1000).key);
});

test("before and after the slots the fallback plays", () => {
  const made = show(plan([image("a", "m1")]), all);
  expect(made.moment(100)).toMatchObject({ row: null, item: { id: "fi" }, until: 500 });
  expect(made.moment(99_000_000)).toMatchObject({ row: null, item: { id: "fi" } });
});

test("the fallback counts from the anchor that the server gives", () => {
  const made = plan([image("a", "m1")]);
  made.programs["f"] = { items: [image("x", "m1"), image("y", "m2")], shuffle: null };
  const later = Object.assign({}, made, { fallback_anchor: 1_000 });
  expect([show(made, all).moment(60_000).item?.id, show(later, all).moment(60_000).item?.id]).toEqual(["x", "y"]);
});

test("what is missing is skipped: the next item, then the fallback, then standby", () => {
  const items = [image("a", "m1"), image("b", "m2")];
  expect(show(plan(items), ["h2", "h9"]).moment(600)).toMatchObject({ item: { id: "b" }, row: "r", until: 1000 });
  expect(show(plan(items), ["h9"]).moment(600)).toMatchObject({ item: { id: "fi" }, row: null, until: 1000 });
  expect(show(plan(items), []).moment(600)).toMatchObject({ kind: "standby", until: 1000 });
});

test("a page plays without its media, and is drawn anew when that comes", () => {
  const without = show(plan([page]), ["B"]).moment(600);
  const complete = show(plan([page]), all).moment(600);
  expect(without.item?.id).toBe("p");
  expect(without.key).not.toBe(complete.key);
  expect(show(plan([page]), all, null).moment(600).item?.id).toBe("fi");
});

test("an empty program shows standby, and every instant has a moment", () => {
  const made = show(plan([]), all);
  for (const at of [-1e15, 0, 600, 60_000, 1e15]) {
    const moment = made.moment(at);
    expect(moment.from).toBeLessThanOrEqual(at);
    expect(moment.until).toBeGreaterThan(at);
  }
  expect(made.moment(600).kind).toBe("standby");
});

test("media that may not be shown leaves the page at its time and not before", () => {
  const made = plan([Object.assign({}, page, { duration_ms: 40_000 })]);
  Object.assign(made.media["m1"] as object, { valid_from: 5_000, valid_until: 9_000 });
  const timed = show(made, all);
  const moments = [1_000, 5_000, 8_999, 9_000].map((at) => timed.moment(at));
  expect(moments.map((one) => [one.from, one.until])).toEqual([[500, 5_000], [5_000, 9_000], [5_000, 9_000], [9_000, 40_000]]);
  expect(new Set(moments.map((one) => one.key)).size).toBe(2);
  expect(moments[0]?.key).toBe(moments[3]?.key);
  expect(new Set(moments.map((one) => one.start))).toEqual(new Set([0]));
});
