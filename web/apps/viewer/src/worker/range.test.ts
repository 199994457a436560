import { expect, test } from "vitest";
import { sliceOf } from "./range.ts";

test.each([
  [null, 10, null],
  ["bytes=0-", 10, { from: 0, to: 9 }],
  ["bytes=0-0", 10, { from: 0, to: 0 }],
  ["bytes=3-5", 10, { from: 3, to: 5 }],
  ["bytes=3-500", 10, { from: 3, to: 9 }],
  ["bytes=-4", 10, { from: 6, to: 9 }],
  ["bytes=-40", 10, { from: 0, to: 9 }],
  ["bytes=10-", 10, "unsatisfiable"],
  ["bytes=-0", 10, "unsatisfiable"],
  ["bytes=0-", 0, "unsatisfiable"],
  ["bytes=5-3", 10, null],
  ["bytes=0-1,3-4", 10, null],
  ["bytes=-", 10, null],
  ["lines=0-1", 10, null],
])("%s of %d bytes", (header, size, slice) => expect(sliceOf(header, size)).toEqual(slice));
