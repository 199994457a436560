import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Downloads, pause } from "./downloads.ts";
import { fetchFile, Partial } from "./fetch_file.ts";
import { FREE, timeOfDay, type Limits } from "./limits.ts";
import { FileError, type Wanted } from "./wanted.ts";

const file = (hash: string): Wanted => ({ hash, sha256: "", bytes: 1, mime: "image/png" });

function bench(answer: (wanted: Wanted, attempt: number) => Promise<Blob>, limits: Limits = FREE) {
  const kept: string[] = [];
  const attempts = new Map<string, number>();
  const running = { now: 0, most: 0 };
  const downloads = new Downloads({
    has: (hash) => kept.includes(hash),
    async fetch(wanted) {
      const attempt = (attempts.get(wanted.hash) || 0) + 1;
      attempts.set(wanted.hash, attempt);
      running.most = Math.max(running.most, ++running.now);
      try {
        return await answer(wanted, attempt);
      } finally {
        running.now--;
      }
    },
    async put(wanted) {
      if (wanted.hash === "huge") throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
      kept.push(wanted.hash);
    },
    now: () => Date.now(),
    timeOfDay: () => timeOfDay(Date.now(), 0),
    later: (ms, then) => void setTimeout(then, ms),
    arrived: () => undefined,
    troubled: () => undefined,
  }, limits);
  return { downloads, kept, attempts, running };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

test("gets files in their order, two at a time", async () => {
  const { downloads, kept, running } = bench(() => Promise.resolve(new Blob(["x"])));
  downloads.want(["a", "b", "c", "d"].map(file), true);
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual(["a", "b", "c", "d"]);
  expect(running.most).toBe(2);
});

test("as many at a time as the server says, also when it says so later", async () => {
  const waiting: (() => void)[] = [];
  const { downloads, running } = bench(() => new Promise((here) => waiting.push(() => here(new Blob(["x"])))), { at_once: 1, hours: [] });
  downloads.want(["a", "b", "c", "d", "e"].map(file), true);
  expect(running.now).toBe(1);
  downloads.limit({ at_once: 3, hours: [] });
  expect(running.now).toBe(3);
  downloads.limit({ at_once: 1, hours: [] });
  waiting.splice(0, 2).forEach((arrive) => arrive());
  await vi.advanceTimersByTimeAsync(0);
  expect(running.now).toBe(1);
});

test("what is not urgent waits for its hours, and what is does not", async () => {
  // The clock stands at 00:16:40.
  const { downloads, kept } = bench(() => Promise.resolve(new Blob(["x"])), { at_once: 0, hours: [{ from: 120, until: 180 }] });
  downloads.want([file("a"), { ...file("alarm"), pressing: true }, file("b")], true);
  await vi.advanceTimersByTimeAsync(6_000_000);
  expect([kept, downloads.missing()]).toEqual([["alarm"], []]);
  await vi.advanceTimersByTimeAsync(200_000 + 1);
  expect(kept).toEqual(["alarm", "a", "b"]);
  // The hours end: what is new waits again, until they are lifted.
  await vi.advanceTimersByTimeAsync(3_600_000);
  downloads.want([file("c")], true);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(kept).not.toContain("c");
  downloads.limit(FREE);
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toContain("c");
});

test("an emergency does not stand behind large files", async () => {
  const { downloads, kept } = bench((wanted) => (wanted.hash.startsWith("large") ? new Promise<Blob>(() => undefined) : Promise.resolve(new Blob(["x"]))), { at_once: 1, hours: [] });
  downloads.want(["large", "large too", "a"].map(file), true);
  downloads.want([{ ...file("alarm"), pressing: true }, file("large"), file("a")], false);
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual(["alarm"]);
});

test("tries again after the network failed, later each time, and calls it missing after three", async () => {
  const { downloads, kept, attempts } = bench((wanted, attempt) => (attempt <= 3 ? Promise.reject(new FileError("network", "cut")) : Promise.resolve(new Blob([wanted.hash]))));
  downloads.want([file("a")], true);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(attempts.get("a")).toBe(2);
  expect(downloads.missing()).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(downloads.missing().map((one) => one.why)).toEqual(["network"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(kept).toEqual(["a"]);
  expect(downloads.missing()).toEqual([]);
});

test("a full store is named at once and holds up nothing else", async () => {
  const { downloads, kept } = bench(() => Promise.resolve(new Blob(["x"])));
  downloads.want(["huge", "a", "b"].map(file), true);
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual(["a", "b"]);
  expect(downloads.missing().map((one) => [one.file.hash, one.why])).toEqual([["huge", "quota"]]);
});

test("a new list forgets what is not needed any more", async () => {
  const { downloads, attempts } = bench(() => Promise.reject(new FileError("not_found", "gone")));
  downloads.want([file("a")], true);
  await vi.advanceTimersByTimeAsync(0);
  downloads.want([], true);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(attempts.get("a")).toBe(1);
  expect(downloads.missing()).toEqual([]);
});

test("pauses grow to a minute", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 20].map((failures) => pause("network", failures))).toEqual([1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 6e4, 6e4]);
});

test("an interrupted file goes on where it broke off and is verified as a whole", async () => {
  vi.useRealTimers();
  const whole = Buffer.from("0123456789abcdef".repeat(1000));
  const wanted: Wanted = { hash: "h", sha256: createHash("sha256").update(whole).digest("hex"), bytes: whole.length, mime: "video/mp4" };
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    const range = new Headers(init.headers).get("Range");
    asked.push(range);
    const from = range ? Number(/\d+/.exec(range)?.[0]) : 0;
    const headers = range ? { "Content-Range": `bytes ${from}-${whole.length - 1}/${whole.length}` } : undefined;
    return new Response(whole.subarray(from, range ? undefined : 5000), { status: range ? 206 : 200, headers });
  });
  const partial = new Partial();
  await expect(fetchFile("u", wanted, partial)).rejects.toMatchObject({ why: "network" });
  const blob = await fetchFile("u", wanted, partial);
  expect(asked).toEqual([null, "bytes=5000-"]);
  expect(Buffer.from(await blob.arrayBuffer()).equals(whole)).toBe(true);
  expect(blob.type).toBe("video/mp4");
  await expect(fetchFile("u", { ...wanted, sha256: "0".repeat(64) }, new Partial())).rejects.toMatchObject({ why: "network" });
  vi.stubGlobal("fetch", async () => new Response(whole));
  await expect(fetchFile("u", { ...wanted, sha256: "0".repeat(64) }, new Partial())).rejects.toMatchObject({ why: "corrupt" });
  await expect(fetchFile("u", { ...wanted, bytes: 3 }, new Partial())).rejects.toMatchObject({ why: "corrupt" });
  vi.unstubAllGlobals();
});

test("a file of which nothing comes is given up after 30 s, before its first byte and after, and what came of it is kept", async () => {
  const whole = Buffer.from("0123456789");
  const wanted: Wanted = { hash: "h", sha256: createHash("sha256").update(whole).digest("hex"), bytes: whole.length, mime: "image/png" };
  const partial = new Partial();
  const fails = async () => {
    const error = fetchFile("u", wanted, partial).catch((error: FileError) => error);
    const seen = { over: false };
    void error.then(() => (seen.over = true));
    await vi.advanceTimersByTimeAsync(29_999);
    expect(seen.over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.over).toBe(true);
    return error;
  };
  const taken: (boolean | undefined)[] = [];
  const silent = (_url: string, init: RequestInit) => new Promise<never>(() => init.signal?.addEventListener("abort", () => taken.push(true)));
  vi.stubGlobal("fetch", silent);
  expect(await fails()).toMatchObject({ why: "network", stranger: false });
  expect(taken).toEqual([true]);
  const half = new ReadableStream<Uint8Array>({ start: (control) => control.enqueue(new Uint8Array(whole.subarray(0, 4))) });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(half)));
  expect(await fails()).toMatchObject({ why: "network" });
  expect(partial.got).toBe(4);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(whole.subarray(4), { status: 206, headers: { "Content-Range": "bytes 4-9/10" } })));
  expect(await (await fetchFile("u", wanted, partial)).text()).toBe("0123456789");
  vi.unstubAllGlobals();
});

test("two files that never come hold up no third", async () => {
  const { downloads, kept } = bench((wanted) => (wanted.hash === "a" || wanted.hash === "b" ? fetchFile("u", wanted, new Partial()).then(() => new Blob()) : Promise.resolve(new Blob(["x"]))));
  vi.stubGlobal("fetch", () => new Promise<never>(() => undefined));
  downloads.want(["a", "b", "c"].map(file), true);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(kept).toEqual(["c"]);
  vi.unstubAllGlobals();
});
