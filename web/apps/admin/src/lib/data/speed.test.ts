import { expect, it } from "vitest";
import { Speed } from "./speed.ts";

it("is unknown until there is something to compare", () => {
  const speed = new Speed();
  speed.note(0, 0);
  expect(speed.perSecond).toBeNull();
  expect(speed.left(100)).toBeNull();
});

it("follows the last seconds, not the whole time", () => {
  const speed = new Speed();
  for (let second = 0; second <= 20; second++) speed.note(second <= 10 ? second * 100 : 1000 + (second - 10) * 1000, second * 1000);
  expect(speed.perSecond).toBe(1000);
  expect(speed.left(13_000)).toBe(2000);
});
