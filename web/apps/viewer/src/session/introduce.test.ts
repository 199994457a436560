// A server whose answers never come: packets that vanish, or a process that hangs.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { introduce } from "./introduce.ts";
import { Link } from "./link.ts";

const IDENTITY = { device: "d", secret: "s" };
const NEVER = new Promise<never>(() => undefined);

/** What was asked, in order, and whether it was taken back. */
function server(answer: (attempt: number) => Promise<unknown>) {
  const asked: { at: number; given: () => boolean | undefined }[] = [];
  vi.stubGlobal("fetch", (_address: string, init: RequestInit) => {
    asked.push({ at: Date.now(), given: () => init.signal?.aborted });
    return answer(asked.length);
  });
  return asked;
}

/** What a promise has come to so far. */
function watch(promise: Promise<unknown>) {
  const seen: { is: unknown } = { is: "waiting" };
  promise.then(
    (value) => (seen.is = value),
    (error: Error) => (seen.is = error.message),
  );
  return seen;
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a call without answer is given up after 15 s, and its connection with it", async () => {
  const asked = server(() => NEVER);
  const seen = watch(introduce("/", IDENTITY, null));
  await vi.advanceTimersByTimeAsync(14_999);
  expect([seen.is, asked[0]?.given()]).toEqual(["waiting", false]);
  await vi.advanceTimersByTimeAsync(1);
  expect([seen.is, asked[0]?.given()]).toEqual(["nothing came for 15 s", true]);
});

test("an answer that begins and never ends is given up as well", async () => {
  const asked = server(() => Promise.resolve({ ok: true, status: 200, json: () => NEVER }));
  const seen = watch(introduce("/", IDENTITY, null));
  await vi.advanceTimersByTimeAsync(15_000);
  expect([seen.is, asked[0]?.given()]).toEqual(["nothing came for 15 s", true]);
});

test("browsers that cannot take a call back give it up too, and what it brings later is thrown away", async () => {
  vi.stubGlobal("AbortController", undefined);
  let bring: (response: unknown) => void = () => undefined;
  const asked = server(() => new Promise((resolve) => (bring = resolve)));
  const seen = watch(introduce("/", IDENTITY, null));
  await vi.advanceTimersByTimeAsync(15_000);
  const cancel = vi.fn(() => Promise.resolve());
  const json = vi.fn(() => Promise.resolve({ state: "approved" }));
  bring({ ok: true, status: 200, body: { cancel }, json });
  await vi.advanceTimersByTimeAsync(0);
  expect([seen.is, asked[0]?.given(), cancel.mock.calls.length, json.mock.calls.length]).toEqual(["nothing came for 15 s", undefined, 1, 0]);
});

test("an answer in time counts, and leaves nothing behind", async () => {
  const asked = server(() => Promise.resolve({ ok: true, status: 200, json: () => Promise.resolve({ state: "approved" }) }));
  const seen = watch(introduce("/", IDENTITY, null));
  await vi.advanceTimersByTimeAsync(0);
  expect([seen.is, vi.getTimerCount()]).toEqual(["approved", 0]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked[0]?.given()).toBe(false);
});

test("a link whose introduction is never answered tries again, as after a refused connection", async () => {
  const asked = server(() => NEVER);
  const nobody = { hello: () => ({ type: "ping" as const }), open: vi.fn(), message: vi.fn(), closed: vi.fn(), unreadable: vi.fn(), failed: () => false };
  const dial = vi.fn();
  const link = new Link(() => ({ address: "ws://h/s", protocols: [] }), () => introduce("/", IDENTITY, null).then(() => undefined), nobody, dial, () => 0.5);
  link.start();
  await vi.advanceTimersByTimeAsync(15_000 + 1_000 + 15_000 + 2_000);
  expect(asked.map((one) => one.at - 1_000_000)).toEqual([0, 16_000, 33_000]);
  expect(dial).not.toHaveBeenCalled();
  link.stop();
});
