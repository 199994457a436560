import { expect, it } from "vitest";
import { dragMove, dragResize, dragRotate, type Subject } from "./gesture.ts";

const keys = { shift: false, alt: false, ctrl: false };
const subject: Subject = { start: new Map([["a", { frame: { x: 100, y: 100, w: 50, h: 50 }, rotation: 0 }]]), others: [{ x: 0, y: 0, w: 1000, h: 1000 }], reach: 5 };
const frame = (outcome: { placings: Map<string, { frame: unknown }> }) => outcome.placings.get("a")!.frame;

it("moves and snaps to the page", () => {
  const outcome = dragMove(subject, { x: -98, y: 20 }, keys);
  expect(frame(outcome)).toEqual({ x: 0, y: 120, w: 50, h: 50 });
  expect(outcome.guides).toEqual([{ axis: "x", at: 0 }]);
});

it("does not snap while Ctrl is held", () => {
  expect(frame(dragMove(subject, { x: -98, y: 20 }, { ...keys, ctrl: true }))).toEqual({ x: 2, y: 120, w: 50, h: 50 });
});

it("moves along one axis while Shift is held", () => {
  expect(frame(dragMove(subject, { x: 30, y: 12 }, { ...keys, shift: true }))).toEqual({ x: 130, y: 100, w: 50, h: 50 });
});

it("keeps the ratio of pictures, and lets Shift free it", () => {
  const corner = { x: 1, y: 1 } as const;
  expect(frame(dragResize(subject, corner, { x: 50, y: 0 }, keys, true))).toEqual({ x: 100, y: 100, w: 100, h: 100 });
  expect(frame(dragResize(subject, corner, { x: 50, y: 0 }, { ...keys, shift: true }, true))).toEqual({ x: 100, y: 100, w: 100, h: 50 });
});

it("turns in steps while Shift is held", () => {
  expect(dragRotate(subject, { x: 210, y: 130 }, { ...keys, shift: true }).placings.get("a")!.rotation).toBe(90);
});
