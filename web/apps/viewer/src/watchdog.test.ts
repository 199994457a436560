import { expect, test } from "vitest";
import { Watchdog } from "./watchdog.ts";

function bench(canReturn = true) {
  const state = { now: 0, reloads: 0 };
  const dog = new Watchdog(() => state.now, () => canReturn, () => void state.reloads++);
  const seconds = (count: number, visible: boolean, draws: boolean) => {
    for (let at = 0; at < count; at++) {
      state.now += 1000;
      if (draws) dog.frame();
      dog.look(visible);
    }
  };
  return { state, seconds };
}

test("reloads once when nothing is drawn for 30 s", () => {
  const { state, seconds } = bench();
  seconds(60, true, true);
  seconds(30, true, false);
  expect(state.reloads).toBe(0);
  seconds(1, true, false);
  expect(state.reloads).toBe(1);
  seconds(29, true, false);
  expect(state.reloads).toBe(1);
});

test("leaves alone a hidden page, one that slept, and one that could not come back", () => {
  const hidden = bench();
  hidden.seconds(100, false, false);
  expect(hidden.state.reloads).toBe(0);
  const slept = bench();
  slept.seconds(1, true, true);
  slept.state.now += 3_600_000;
  slept.seconds(20, true, false);
  expect(slept.state.reloads).toBe(0);
  const alone = bench(false);
  alone.seconds(100, true, false);
  expect(alone.state.reloads).toBe(0);
});
