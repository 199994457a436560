import type { Body } from "@signboard/api";
import { expect, it } from "vitest";
import { changeCanvas } from "./commands/pages.ts";
import { redo, run, start, undo } from "./history.ts";

const body: Body = { version: 1, canvas: { width: 1, height: 1 }, pages: [] };
const width = (value: number) => changeCanvas({ width: value });

it("goes back and forth", () => {
  const changed = run(run(start(body), width(2), 0), changeCanvas({ height: 9 }), 0);
  expect(undo(changed).present.canvas).toEqual({ width: 2, height: 1 });
  expect(redo(undo(changed)).present).toBe(changed.present);
  expect(undo(undo(undo(changed))).present).toBe(body);
});

it("joins quick steps of one intention", () => {
  const quick = run(run(start(body), width(2), 0), width(3), 100);
  expect(undo(quick).present).toBe(body);
  const slow = run(run(start(body), width(2), 0), width(3), 2000);
  expect(undo(slow).present.canvas.width).toBe(2);
});

it("forgets the future when something new is done", () => {
  const branched = run(undo(run(start(body), width(2), 0)), width(5), 5000);
  expect(redo(branched)).toBe(branched);
});
