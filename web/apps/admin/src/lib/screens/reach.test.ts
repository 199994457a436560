import type { Membership, PlaylistItem, Schedule, Viewer } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { concerns, groupsAround, rowsShowing, screensOf } from "./reach.ts";

const inside = (group: string, member: Membership["member"]) => ({ id: `${group}${JSON.stringify(member)}`, version: "1", group, member }) as Membership;
const memberships = [inside("cafes", { viewer: "menu" }), inside("terminal", { group: "cafes" }), inside("terminal", { viewer: "board" }), inside("cafes", { group: "terminal" })];
const viewers = ["menu", "board", "yard"].map((id) => ({ id, name: id }) as Viewer);
const names = (destination: Parameters<typeof screensOf>[0]) => screensOf(destination, viewers, memberships).map((one) => one.id);

describe("screens of a destination", () => {
  it("are all, one, or those of a group and its inner groups", () => {
    expect(names("all")).toEqual(["menu", "board", "yard"]);
    expect(names({ viewer: "yard" })).toEqual(["yard"]);
    expect(names({ group: "terminal" })).toEqual(["menu", "board"]);
    expect(names(null)).toEqual([]);
  });

  it("are found through a loop of groups too", () => {
    expect([...groupsAround(memberships, { viewer: "menu" })].sort()).toEqual(["cafes", "terminal"]);
  });
});

it("finds rows by presentation and by playlist", () => {
  const row = (id: string, content: Schedule["content"]) => ({ id, content, destination: "all" }) as Schedule;
  const rows = [row("direct", { presentation: "p" }), row("list", { playlist: "l" }), row("other", { playlist: "m" }), row("pinned", { revision: "p" })];
  const items = [{ playlist: "l", content: { presentation: "p" } } as PlaylistItem];
  expect(rowsShowing("p", rows, items).map((one) => one.id)).toEqual(["direct", "list"]);
});

it("knows whom a row concerns", () => {
  const row = { destination: { group: "g" } } as Schedule;
  expect(concerns(row, "v", new Set(["g"]))).toBe(true);
  expect(concerns(row, "v", new Set())).toBe(false);
});
