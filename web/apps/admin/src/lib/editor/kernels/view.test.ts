import { expect, it } from "vitest";
import { fit, rulerStep, toCanvas, zoomAt } from "./view.ts";

it("keeps the point under the pointer", () => {
  const view = { x: 30, y: 40, zoom: 0.5 };
  const pointer = { x: 200, y: 120 };
  const before = toCanvas(view, pointer);
  const after = toCanvas(zoomAt(view, pointer, 1.7), pointer);
  expect(after.x).toBeCloseTo(before.x);
  expect(after.y).toBeCloseTo(before.y);
});

it("fits the canvas into the middle", () => {
  const view = fit({ width: 1000, height: 500 }, { width: 1096, height: 800 });
  expect(view).toEqual({ zoom: 1, x: 48, y: 150 });
});

it("bounds the zoom", () => {
  expect(zoomAt({ x: 0, y: 0, zoom: 10 }, { x: 0, y: 0 }, 100).zoom).toBe(16);
});

it.each([
  [1, 100],
  [0.5, 200],
  [0.1, 1000],
  [8, 10],
])("at zoom %d rulers step by %d", (zoom, step) => {
  expect(rulerStep(zoom)).toBe(step);
});
