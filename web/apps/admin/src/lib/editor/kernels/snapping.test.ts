import { expect, it } from "vitest";
import { snapEdge, snapMove } from "./snapping.ts";

const page = { x: 0, y: 0, w: 1920, h: 1080 };
const other = { x: 400, y: 300, w: 200, h: 100 };

it("pulls an edge to an edge within reach", () => {
  expect(snapMove({ x: 394, y: 700, w: 50, h: 50 }, [page, other], 8)).toEqual({ dx: 6, dy: 0, guides: [{ axis: "x", at: 400 }] });
});

it("pulls the middle to the middle of the page", () => {
  const snap = snapMove({ x: 912, y: 537, w: 100, h: 10 }, [page], 8);
  expect([snap.dx, snap.dy]).toEqual([-2, -2]);
  expect(snap.guides).toHaveLength(2);
});

it("leaves alone what is too far", () => {
  expect(snapMove({ x: 700, y: 700, w: 51, h: 51 }, [other], 8).guides).toEqual([]);
});

it("takes the nearest of several lines", () => {
  expect(snapMove({ x: 396, y: 0, w: 203, h: 10 }, [other], 8).dx).toBe(1);
});

it("snaps only the edge that is dragged", () => {
  expect(snapEdge({ x: 405, y: 100, w: 193, h: 50 }, { x: 1, y: 0 }, [other], 8)).toEqual({ dx: 2, dy: 0, guides: [{ axis: "x", at: 600 }] });
});
