import type { Body, Element } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { addElements } from "./add-elements.ts";
import { changeElements } from "./change-elements.ts";
import type { Command } from "./command.ts";
import { insertElement, orderElements } from "./order-elements.ts";
import { addPage, duplicatePage, movePage, removePage } from "./pages.ts";
import { placeElements } from "./place-elements.ts";
import { removeElements } from "./remove-elements.ts";

const element = (id: string): Element => ({ id, kind: "text", frame: { x: 0, y: 0, w: 10, h: 10 }, text: id, rotation: 5 });
const body: Body = { version: 1, canvas: { width: 100, height: 100 }, pages: [{ id: "p", duration_ms: 1000, elements: ["a", "b", "c"].map(element) }, { id: "q", duration_ms: 1000, elements: [] }] };
const layers = (command: Command) => command.apply(body).pages[0]!.elements.map((one) => one.id).join("");
const pages = (command: Command) => command.apply(body).pages.map((page) => page.id).join(" ");

describe("layers", () => {
  it.each([
    ["front", ["a"], "bca"],
    ["back", ["c"], "cab"],
    ["up", ["a"], "bac"],
    ["up", ["b", "c"], "abc"],
    ["down", ["c", "b"], "bca"],
    ["down", ["a"], "abc"],
  ] as const)("go %s: %j", (to, ids, expected) => {
    expect(layers(orderElements("p", ids, to))).toBe(expected);
  });

  it("are dragged to a place", () => {
    expect(layers(insertElement("p", "a", 2))).toBe("bca");
    expect(layers(insertElement("p", "c", 0))).toBe("cab");
  });
});

describe("elements", () => {
  it("get a free id when they are added", () => {
    expect(addElements("p", [element("a"), element("a")]).apply(body).pages[0]!.elements.map((one) => one.id)).toEqual(["a", "b", "c", "a-2", "a-3"]);
  });

  it("go", () => {
    expect(layers(removeElements("p", ["a", "c"]))).toBe("b");
  });

  it("lose a member that goes back to its default", () => {
    const changed = changeElements("p", ["a"], { text: undefined, size: 12 }).apply(body).pages[0]!.elements[0]!;
    expect(changed).toEqual({ id: "a", kind: "text", frame: { x: 0, y: 0, w: 10, h: 10 }, rotation: 5, size: 12 });
  });

  it("are placed, and drop a rotation of nothing", () => {
    const placed = placeElements("p", new Map([["b", { frame: { x: 1, y: 2, w: 3, h: 4 }, rotation: 0 }]])).apply(body).pages[0]!.elements[1]!;
    expect(placed.frame).toEqual({ x: 1, y: 2, w: 3, h: 4 });
    expect("rotation" in placed).toBe(false);
  });

  it("are never changed in place", () => {
    const before = JSON.stringify(body);
    for (const command of [orderElements("p", ["a"], "front"), removeElements("p", ["a"]), changeElements("p", ["a"], { text: "x" })]) command.apply(body);
    expect(JSON.stringify(body)).toBe(before);
  });
});

describe("pages", () => {
  it("come after the one they are made from", () => {
    expect(pages(addPage("p", { id: "n", duration_ms: 1, elements: [] }))).toBe("p n q");
    expect(pages(duplicatePage("q", "p"))).toBe("p q p-2");
  });

  it("move", () => {
    expect(pages(movePage("q", 0))).toBe("q p");
  });

  it("never all go", () => {
    const one = removePage("p").apply(body);
    expect(removePage("q").apply(one).pages).toHaveLength(1);
  });
});
