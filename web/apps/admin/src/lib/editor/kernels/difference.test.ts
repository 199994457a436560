import type { Body, BodyPage } from "@signboard/api";
import { expect, it } from "vitest";
import { differences, same } from "./difference.ts";

const page = (id: string, duration_ms = 1000): BodyPage => ({ id, name: id, duration_ms, elements: [] });
const body = (...pages: BodyPage[]): Body => ({ version: 1, canvas: { width: 1, height: 1 }, pages });
const told = (before: Body | null, after: Body) => differences(before, after).map((one) => `${one.kind} ${one.name}`);

it.each([
  [null, body(page("a")), ["added a"]],
  [body(page("a")), body(page("a")), []],
  [body(page("a")), body(page("a", 5)), ["changed a"]],
  [body(page("a"), page("b")), body(page("b")), ["removed a"]],
  [body(page("a"), page("b")), body(page("b"), page("a")), ["moved b", "moved a"]],
])("tells what changed", (before, after, expected) => {
  expect(told(before, after)).toEqual(expected);
});

it("does not mind the order of members", () => {
  expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
});
