import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Door } from "./door.ts";

const IDENTITY = { device: "d", secret: "s" };
let asked: { url: string; init: RequestInit }[];
let answer: { status: number; body: unknown };

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }));
  });
});
afterEach(() => vi.unstubAllGlobals());

function bench(isOwn: boolean) {
  const state = { unwelcome: 0, taken: 0 };
  const pass = { take: () => (state.taken++, "token"), used: () => undefined };
  const roads = { root: isOwn ? "http://main/" : "http://backup/", isOwn };
  const door = new Door(roads, IDENTITY, pass, () => [{ seq: 7 }], () => (state.unwelcome++, Promise.resolve()));
  return { door, state, said: () => JSON.parse(String((asked[0] as { init: RequestInit }).init.body)) as unknown };
}

test("at the page's own server a cookie is had, and the token given", async () => {
  answer = { status: 200, body: { state: "pending", covers: true } };
  const { door, said } = bench(true);
  await door.knock();
  expect([asked[0]?.url, asked[0]?.init.credentials, said()]).toEqual(["http://main/api/v1/viewer/device", "same-origin", { device: "d", secret: "s", token: "token" }]);
});

test("at another server no cookie takes part and no token, and it waits for nothing there", async () => {
  answer = { status: 200, body: { state: "approved", covers: false } };
  const { door, state, said } = bench(false);
  await door.knock();
  expect([asked[0]?.init.credentials, said(), state.taken]).toEqual(["omit", { device: "d", secret: "s", position: [{ seq: 7 }] }, 0]);
});

test("a server that does not know the screen is none for it", async () => {
  answer = { status: 200, body: { state: "pending", covers: true } };
  const { door, state } = bench(false);
  await expect(door.knock()).rejects.toThrow("http://backup/ does not know this screen");
  expect(state.unwelcome).toBe(0);
});

test("what another server takes away is gone, unless that server lacks changes", async () => {
  const { door, state } = bench(false);
  answer = { status: 200, body: { state: "revoked", covers: false } };
  await expect(door.knock()).rejects.toThrow("does not know");
  expect(state.unwelcome).toBe(0);
  answer = { status: 200, body: { state: "revoked", covers: true } };
  await expect(door.knock()).rejects.toThrow("starts anew");
  expect(state.unwelcome).toBe(1);
  answer = { status: 403, body: { error: { code: "device.secret_wrong" } } };
  await expect(door.knock()).rejects.toThrow("does not know");
  expect(state.unwelcome).toBe(1);
});
