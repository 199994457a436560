import { describe, expect, it } from "vitest";
import { around, between, bounds, corners, resize, rotationTo, touches } from "./geometry.ts";

const frame = { x: 100, y: 100, w: 200, h: 100 };
const rounded = (points: { x: number; y: number }[]) => points.map(({ x, y }) => [Math.round(x), Math.round(y)]);

describe("resizing", () => {
  it.each([
    [{ x: 1, y: 1 }, { x: 50, y: 20 }, {}, { x: 100, y: 100, w: 250, h: 120 }],
    [{ x: -1, y: -1 }, { x: 50, y: 20 }, {}, { x: 150, y: 120, w: 150, h: 80 }],
    [{ x: 1, y: 0 }, { x: 50, y: 20 }, {}, { x: 100, y: 100, w: 250, h: 100 }],
    [{ x: 1, y: 1 }, { x: 100, y: 0 }, { ratio: true }, { x: 100, y: 100, w: 300, h: 150 }],
    [{ x: 1, y: 0 }, { x: 50, y: 0 }, { middle: true }, { x: 50, y: 100, w: 300, h: 100 }],
    [{ x: 1, y: 1 }, { x: -500, y: -500 }, {}, { x: 100, y: 100, w: 1, h: 1 }],
  ] as const)("drags the handle %o by %o", (handle, by, options, expected) => {
    expect(resize(frame, 0, handle, by, options)).toEqual(expected);
  });

  it("keeps the opposite corner of a turned frame where it is seen", () => {
    const before = corners(frame, 90)[0]!;
    const grown = resize(frame, 90, { x: 1, y: 1 }, { x: -20, y: 40 });
    expect([grown.w, grown.h]).toEqual([240, 120]);
    expect(rounded([corners(grown, 90)[0]!])).toEqual(rounded([before]));
  });
});

describe("frames", () => {
  it("know the room that they take when turned", () => {
    const box = bounds(frame, 90);
    expect([box.x, box.y, box.w, box.h].map(Math.round)).toEqual([150, 50, 100, 200]);
  });

  it("join", () => {
    expect(around([frame, { x: 0, y: 150, w: 10, h: 100 }])).toEqual({ x: 0, y: 100, w: 300, h: 150 });
  });

  it("touch only where they share pixels", () => {
    expect(touches(frame, { x: 300, y: 100, w: 5, h: 5 })).toBe(false);
    expect(touches(frame, { x: 299, y: 100, w: 5, h: 5 })).toBe(true);
  });

  it("span corners in any order", () => {
    expect(between({ x: 10, y: 20 }, { x: 0, y: 40 })).toEqual({ x: 0, y: 20, w: 10, h: 20 });
  });
});

describe("rotation", () => {
  it.each([
    [{ x: 200, y: 0 }, 0],
    [{ x: 400, y: 150 }, 90],
    [{ x: 200, y: 400 }, 180],
    [{ x: 0, y: 150 }, -90],
  ])("towards %o is %d degrees", (point, degrees) => {
    expect(rotationTo(frame, point, false)).toBe(degrees);
  });

  it("steps by 15 degrees", () => {
    expect(rotationTo(frame, { x: 230, y: 10 }, true)).toBe(15);
  });
});
