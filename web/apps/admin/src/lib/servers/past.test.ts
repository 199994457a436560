import type { ServerSample } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { DAY_MS, drawing } from "./past.ts";

const STEP = 300_000;
const sample = (at: number, pending_out: number | null, connected = true): ServerSample => ({ at, pending_out, connected, pending_in: 0, files_missing: 0, records_waiting: 0 });

describe("the last day of a server", () => {
  it("is one line where it was measured without a gap, and two around one", () => {
    const day = DAY_MS;
    const drawn = drawing([sample(day / 2, 0), sample(day / 2 + STEP, 10), sample(day - STEP, 5)], day, STEP, 288, 20, 10);
    expect(drawn.lines).toEqual(["144,19 145,1", "287,10"]);
    expect(drawn.most).toBe(10);
  });

  it("hatches what was cut, once for each cut, and the whole state counts as the most", () => {
    const drawn = drawing([sample(0, 0, false), sample(STEP, null, false), sample(STEP * 2, 0), sample(STEP * 3, 0, false)], DAY_MS, STEP, 288, 20, 8);
    expect(drawn.cuts).toEqual([
      [0, 2],
      [3, 4],
    ]);
    expect(drawn.lines).toEqual(["0,19 1,1 2,19 3,19"]);
  });

  it("leaves out what is older, and draws a flat line where nothing waited", () => {
    const drawn = drawing([sample(-2 * STEP, 7), sample(0, 0)], DAY_MS, STEP, 288, 20, 0);
    expect(drawn).toEqual({ lines: ["0,19"], cuts: [], most: 0 });
  });
});
