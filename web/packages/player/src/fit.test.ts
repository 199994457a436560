import { expect, test } from "vitest";
import { objectFit, place, turn, upright } from "./fit.ts";

const wide = { width: 1920, height: 1080 };

test.each([
  ["contain", wide, { width: 1000, height: 1000 }, { x: 420, y: 0, scaleX: 1.08, scaleY: 1.08 }],
  ["cover", wide, { width: 1000, height: 1000 }, { x: 0, y: -420, scaleX: 1.92, scaleY: 1.92 }],
  ["stretch", wide, { width: 960, height: 1080 }, { x: 0, y: 0, scaleX: 2, scaleY: 1 }],
  ["contain", wide, { width: 3840, height: 2160 }, { x: 0, y: 0, scaleX: 0.5, scaleY: 0.5 }],
  ["contain", { width: 1080, height: 1920 }, wide, { x: 0, y: 656.25, scaleX: 0.5625, scaleY: 0.5625 }],
] as const)("%s %j in %j", (fit, area, content, at) => expect(place(fit, area, content)).toEqual(at));

test("nothing is infinite, whatever a body says", () => {
  expect(place("contain", wide, { width: 0, height: 0 }).scaleX).toBe(1080);
});

test("a screen that hangs turned has its sides exchanged", () => {
  expect(upright(wide, 0)).toEqual(wide);
  expect(upright(wide, 180)).toEqual(wide);
  expect(upright(wide, 90)).toEqual({ width: 1080, height: 1920 });
  expect(upright(wide, -90)).toEqual(upright(wide, 270));
});

test.each([
  [0, [0, 0], [0, 0]],
  [90, [0, 0], [1920, 0]],
  [90, [1080, 1920], [0, 1080]],
  [180, [0, 0], [1920, 1080]],
  [270, [0, 0], [0, 1080]],
  [270, [1080, 1920], [1920, 0]],
])("turned by %d, %j lands on %j", (rotation, from, to) => {
  const found = /translate\((-?\d+)(?:px)?, (-?\d+)(?:px)?\) rotate\((\d+)deg\)/.exec(turn(wide, rotation)) || ["", "0", "0", "0"];
  const angle = (Number(found[3]) * Math.PI) / 180;
  const [x, y] = from as [number, number];
  const at = [Number(found[1]) + x * Math.cos(angle) - y * Math.sin(angle), Number(found[2]) + x * Math.sin(angle) + y * Math.cos(angle)];
  expect(at.map(Math.round).map((value) => value + 0)).toEqual(to);
});

test("elements cover by default", () => expect([objectFit(undefined), objectFit("contain"), objectFit("stretch")]).toEqual(["cover", "contain", "fill"]));
