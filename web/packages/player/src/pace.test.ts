import { expect, test } from "vitest";
import { filmTime, pace } from "./pace.ts";

test.each([
  [2500, 10, false, 2.5],
  [25_000, 10, false, 10],
  [25_000, 10, true, 5],
  [-40, 10, true, 0],
  [700, NaN, true, 0.7],
  [700, Infinity, true, 0.7],
])("%d ms into a film of %d s (loop %s)", (position, length, loop, at) => expect(filmTime(position, length, loop)).toBeCloseTo(at));

test.each([
  [5, 5.01, false, { seek: false, rate: 1 }],
  [5, 5.1, false, { seek: false, rate: 1.03 }],
  [5.1, 5, false, { seek: false, rate: 0.97 }],
  [5, 5.3, false, { seek: true, rate: 1 }],
  [9.95, 0.05, true, { seek: false, rate: 1.03 }],
  [0.05, 9.95, true, { seek: false, rate: 0.97 }],
  [9.95, 0.05, false, { seek: true, rate: 1 }],
])("a film at %d that should be at %d (loop %s)", (is, should, loop, step) => expect(pace(is, should, 10, loop)).toEqual(step));
