import { expect, it } from "vitest";
import { offsetOf, type Sample } from "../src/index.ts";

/** The server is `ahead`; the ways there and back take `there` and `back`. */
function sample(t0: number, ahead: number, there: number, back: number): Sample {
  const t1 = t0 + there + ahead;
  return { t0, t1, t2: t1 + 3, t3: t0 + there + 3 + back };
}

it("believes the exchange with the least delay among the last eight", () => {
  expect(offsetOf([])).toBeNull();
  expect(offsetOf([sample(0, 500, 10, 10)])).toBe(500);
  expect(offsetOf([sample(0, 500, 4, 4), sample(250, 500, 90, 10), sample(500, 500, 5, 300)])).toBe(500);
  const old = sample(0, 9000, 0, 0);
  const newer = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => sample(n * 60_000, 20, n, n));
  expect(offsetOf([old].concat(newer))).toBe(20);
  expect(offsetOf([sample(0, 100, 5, 5), sample(60_000, 140, 5, 5)])).toBe(140);
});
