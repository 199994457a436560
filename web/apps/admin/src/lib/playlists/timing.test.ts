import type { Media, Revision } from "@signboard/api";
import { expect, it } from "vitest";
import { itemLength, ordered, type Known } from "./timing.ts";

const known: Known = {
  media: (id) => ({ film: { mime: "video/mp4", duration_ms: 4200 }, photo: { mime: "image/jpeg", duration_ms: 0 } })[id] as Media | undefined,
  head: (id) => (id === "p" ? ({ pages: [{ duration_ms: 3000 }, { duration_ms: 500 }] } as Revision) : undefined),
  revision: () => undefined,
};

it.each([
  [{ media: "film" }, 9999, 4200],
  [{ media: "photo" }, 9999, 9999],
  [{ media: "photo" }, null, 10_000],
  [{ media: "gone" }, null, 0],
  [{ presentation: "p" }, null, 3500],
  [{ presentation: "unpublished" }, null, 0],
  [null, 5, 0],
])("%j with %j takes %d ms", (content, duration_ms, expected) => {
  expect(itemLength({ content, duration_ms }, known)).toBe(expected);
});

it("orders by index, then by id", () => {
  expect(ordered([{ id: "z", order: "b" }, { id: "b", order: "a" }, { id: "a", order: "a" }]).map((one) => one.id)).toEqual(["a", "b", "z"]);
});
