import { expect, test } from "vitest";
import { SessionClock } from "./session_clock.ts";

const sample = (offset: number, there: number, back: number, t0 = 0) => ({ t0, t1: t0 + there + offset, t2: t0 + there + offset + 1, t3: t0 + there + 1 + back });

test("a large difference is taken over at once, a small one slowly", () => {
  let local = 10_000;
  const clock = new SessionClock(() => local, null);
  clock.add(sample(5000, 1, 1, local));
  expect(clock.now()).toBe(15_000);
  clock.restart();
  clock.add(sample(5100, 0, 0, local));
  local += 1000;
  expect(clock.now()).toBe(16_020);
  local += 10_000;
  expect(clock.now()).toBe(local + 5100);
});

test("time never goes back while it is moved slowly", () => {
  let local = 0;
  const clock = new SessionClock(() => local, null);
  clock.add(sample(-200, 1, 1));
  let last = clock.now();
  for (let step = 0; step < 2000; step++) {
    local += 16;
    const now = clock.now();
    expect(now).toBeGreaterThan(last);
    last = now;
  }
  expect(last).toBe(local - 200);
});

test.each([240, -240])("a wall clock shows every second once, in order, while it is set right by %i ms", (offset) => {
  let local = 0;
  const clock = new SessionClock(() => local, null);
  clock.add(sample(offset, 0, 0));
  const seconds = new Set<number>();
  for (; local < 30_000; local += 16) {
    const second = Math.floor(clock.now() / 1000);
    if (!seconds.has(second)) expect(second).toBe(seconds.size);
    seconds.add(second);
  }
  expect(seconds.size).toBeGreaterThanOrEqual(30);
});

test("the offset outlives the page", () => {
  const kept = new Map<string, string>();
  const notes = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: () => undefined };
  new SessionClock(() => 0, notes).add(sample(90_000, 1, 1));
  expect(new SessionClock(() => 5, notes).now()).toBe(90_005);
});

test("a device that slept takes the time anew", () => {
  let local = 0;
  const clock = new SessionClock(() => local, null);
  for (let at = 0; at < 8; at++) clock.add(sample(1000, 2, 2));
  local = 60_000;
  clock.add(sample(9000, 40, 40, local));
  expect(clock.now()).toBe(local + 9000);
});

test("a sample that came late alters nothing", () => {
  const clock = new SessionClock(() => 0, null);
  clock.add(sample(1000, 2, 2));
  clock.add(sample(1000, 300, 2));
  expect(clock.offset).toBe(1000);
});
