import { expect, it } from "vitest";
import { isLeft, isSame } from "./unfinished.ts";

const film = { name: "film.mp4", bytes: 1000, modified: 5 };

it("takes a file for the same by name, size and last change", () => {
  expect(isSame({ name: "film.mp4", size: 1000, lastModified: 5 }, film)).toBe(true);
  expect(isSame({ name: "film.mp4", size: 1000, lastModified: 6 }, film)).toBe(false);
  expect(isSame({ name: "film.mp4", size: 999, lastModified: 5 }, film)).toBe(false);
  expect(isSame({ name: "other.mp4", size: 1000, lastModified: 5 }, film)).toBe(false);
});

it("leaves alone what another tab still sends", () => {
  expect(isLeft({ tab: "a", at: 100_000 }, "a", 100_001)).toBe(true);
  expect(isLeft({ tab: "b", at: 100_000 }, "a", 130_000)).toBe(false);
  expect(isLeft({ tab: "b", at: 100_000 }, "a", 130_001)).toBe(true);
});
