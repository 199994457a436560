import { expect, test } from "vitest";
import { Memory } from "../store/memory.ts";
import { Numbers } from "./numbers.ts";

test("sessions are numbered upwards whatever the clock says, also over a reload", async () => {
  const database = new Memory();
  const numbers = new Numbers(database);
  expect([numbers.raise(5_000_000), numbers.raise(5_000_000), numbers.raise(7)]).toEqual([5_000, 5_001, 5_002]);
  numbers.learn(9_000);
  const after = new Numbers(database);
  await after.recall();
  expect(after.raise(0)).toBe(9_001);
});

test("what a server knew goes with its plan", async () => {
  const database = new Memory();
  const numbers = new Numbers(database);
  for (const plan of ["a", "b", "c"]) numbers.note(plan, [plan]);
  const after = new Numbers(database);
  await after.recall();
  expect(["a", "b", "c", null].map((plan) => after.position(plan))).toEqual([undefined, ["b"], ["c"], undefined]);
});
