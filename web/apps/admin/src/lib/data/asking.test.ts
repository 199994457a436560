import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { askWhileSeen } from "./asking.ts";

class Page extends EventTarget {
  hidden = false;
  show(seen: boolean) {
    this.hidden = !seen;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: Page;
let asked: number;
const ask = () => Promise.resolve(asked++);

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  vi.stubGlobal("document", page);
  asked = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("asks at once and after each pause, until it is stopped", async () => {
  const stop = askWhileSeen(ask, 1000);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toBe(4);
  stop();
  page.show(true);
  await vi.advanceTimersByTimeAsync(9000);
  expect(asked).toBe(4);
});

it("asks nothing while nobody looks, and at once when somebody does", async () => {
  const stop = askWhileSeen(ask, 1000);
  await vi.advanceTimersByTimeAsync(0);
  page.show(false);
  await vi.advanceTimersByTimeAsync(9000);
  expect(asked).toBe(1);
  page.show(true);
  page.show(true);
  expect(asked).toBe(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toBe(4);
  stop();
});

it("waits for an answer that takes its time", async () => {
  let answer = () => {};
  const stop = askWhileSeen(() => (asked++, new Promise<void>((resolve) => (answer = resolve))), 1000);
  await vi.advanceTimersByTimeAsync(9000);
  expect(asked).toBe(1);
  answer();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toBe(2);
  stop();
});
