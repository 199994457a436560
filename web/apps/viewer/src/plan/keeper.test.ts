import { beforeEach, expect, test } from "vitest";
import type { Body, Plan } from "@signboard/model";
import type { Downloads } from "../media/downloads.ts";
import type { Kept, Shelf } from "../media/shelf.ts";
import type { Wanted } from "../media/wanted.ts";
import { Memory } from "../store/memory.ts";
import { Keeper, keptPlans } from "./keeper.ts";
import { Library } from "./library.ts";

const body: Body = { version: 1, canvas: { width: 1, height: 1 }, pages: [{ id: "p1", duration_ms: 1000, elements: [{ id: "e", kind: "image", frame: { x: 0, y: 0, w: 1, h: 1 }, media: "m2" }] }] };

function plan(id: string, media: string[], more: Partial<Plan> = {}): Plan {
  return {
    id, made_at: 0, from: 0, until: 100_000, urgent: false,
    viewer: { id: "v", name: "V", zone: "UTC", rotation: 0, fit: "contain", volume: 100, muted: false, language: "en" },
    zones: {}, fallback: "f", fonts: [], bodies: {},
    slots: [
      { from: 0, until: 1000, anchor: 0, program: "a", row: "r", emergency: false },
      { from: 1000, until: 2000, anchor: 0, program: "b", row: "s", emergency: false },
    ],
    programs: {
      a: { items: [{ id: "i", kind: "image", duration_ms: 1000, transition: { kind: "cut", ms: 0 }, media: media[0] }], shuffle: null },
      b: { items: media.slice(1).map((one) => ({ id: one, kind: "image" as const, duration_ms: 1000, transition: { kind: "cut" as const, ms: 0 }, media: one })), shuffle: null },
      f: { items: [], shuffle: null },
    },
    media: Object.fromEntries(media.map((one) => [one, { hash: `h-${one}`, sha256: "", bytes: 10, mime: "image/png", width: 1, height: 1, duration_ms: 0 }])),
    ...more,
  };
}

class FakeShelf implements Shelf {
  readonly level = "page";
  room = Infinity;
  kept = new Map<string, Kept & { blob: Blob }>();
  has = (hash: string) => this.kept.has(hash);
  files = () => Array.from(this.kept.values());
  put(hash: string, blob: Blob): Promise<void> {
    const used = this.files().reduce((sum, file) => sum + file.bytes, 0);
    if (used + 10 > this.room) return Promise.reject(Object.assign(new Error("full"), { name: "QuotaExceededError" }));
    this.kept.set(hash, { hash, bytes: 10, at: this.kept.size, blob });
    return Promise.resolve();
  }
  remove = (hash: string) => Promise.resolve(void this.kept.delete(hash));
  read = (hash: string) => Promise.resolve((this.kept.get(hash) as { blob: Blob }).blob);
  url = (hash: string) => Promise.resolve(hash);
  release(): void {}
}

let shelf: FakeShelf;
let database: Memory;
let keeper: Keeper;
let wanted: string[];
let presses: string[];
let log: string[];
let now: number;

function want(list: Wanted[]): void {
  wanted = list.map((file) => file.hash);
  presses = list.filter((file) => file.pressing).map((file) => file.hash);
}

function make(): Keeper {
  const library = new Library(shelf);
  const made = new Keeper(database, shelf, library, () => now, { play: (one, urgent) => void log.push(urgent ? `${one.id} at once` : one.id) });
  made.attach({ want } as unknown as Downloads);
  return made;
}

async function arrive(...hashes: string[]): Promise<void> {
  for (const hash of hashes) {
    const blob = hash === "B" ? new Blob([JSON.stringify(body)]) : new Blob(["x"]);
    await keeper.put({ hash, sha256: "", bytes: 10, mime: "" }, blob);
    await keeper.arrived({ hash, sha256: "", bytes: 10, mime: hash === "B" ? "application/json" : "image/png" });
  }
}

beforeEach(() => {
  shelf = new FakeShelf();
  database = new Memory();
  log = [];
  wanted = [];
  now = 500;
  keeper = make();
});

test("a new plan takes over only when all of it is local", async () => {
  await keeper.take(plan("one", ["m1"]));
  await arrive("h-m1");
  expect(keeper.force?.id).toBe("one");
  await keeper.take(plan("two", ["m1", "m2", "m3"]));
  expect(wanted).toEqual(["h-m2", "h-m3"]);
  await arrive("h-m2");
  expect(keeper.force?.id).toBe("one");
  await arrive("h-m3");
  expect([keeper.force?.id, keeper.pending, keeper.complete]).toEqual(["two", null, true]);
});

test("the first plan starts with what its current slot shows", async () => {
  await keeper.take(plan("one", ["m1", "m2"]));
  expect(keeper.force).toBeNull();
  await arrive("h-m1");
  expect([keeper.force?.id, keeper.complete]).toEqual(["one", false]);
  await arrive("h-m2");
  expect(keeper.complete).toBe(true);
});

test("a body is had before its media, and what plays now before what plays later", async () => {
  const items = [{ id: "p", kind: "page" as const, duration_ms: 1000, transition: { kind: "cut" as const, ms: 0 }, body: "B", page: "p1" }];
  const made = plan("one", ["m1", "m2"], { bodies: { B: { sha256: "", bytes: 10 } }, fonts: [{ family: "Inter", weight: "400", style: "normal", range: "U+0-FF", hash: "F", sha256: "", bytes: 10 }] });
  made.programs["a"] = { items, shuffle: null };
  made.programs["b"] = { items: [{ id: "i", kind: "image", duration_ms: 1, transition: { kind: "cut", ms: 0 }, media: "m1" }], shuffle: null };
  await keeper.take(made);
  expect(wanted).toEqual(["B", "F", "h-m1", "h-m2"]);
  await arrive("B");
  expect(wanted).toEqual(["F", "h-m2", "h-m1"]);
});

test("an urgent plan is in force at once, and what it dropped leaves the caches", async () => {
  await keeper.take(plan("one", ["m1", "m2"]));
  await arrive("h-m1", "h-m2");
  log = [];
  await keeper.take(plan("two", ["m2", "m3"], { urgent: true }));
  expect(log[0]).toBe("two at once");
  expect([keeper.complete, shelf.has("h-m1"), shelf.has("h-m2")]).toEqual([false, false, true]);
  await arrive("h-m3");
  expect(keeper.complete).toBe(true);
});

test("what was taken down leaves the caches although the day's plan still tells that it was shown", async () => {
  await keeper.take(plan("one", ["m1", "m2"]));
  await arrive("h-m1", "h-m2");
  const after = plan("two", ["m1", "m2"], { urgent: true });
  after.slots[0] = { ...after.slots[0]!, until: now + 20 };
  await keeper.take(after);
  expect([keeper.force?.id, keeper.complete, wanted, Array.from(shelf.kept.keys())]).toEqual(["two", true, [], ["h-m2"]]);
  // Nor does a plan wait for it that is to follow.
  await keeper.take(plan("three", ["m1", "m2", "m3"], { slots: after.slots }));
  await arrive("h-m3");
  expect([keeper.force?.id, Array.from(shelf.kept.keys())]).toEqual(["three", ["h-m2", "h-m3"]]);
});

test("what was to follow and is taken down leaves the caches too, and what is still on its way does not come in", async () => {
  await keeper.take(plan("one", ["m1"]));
  await arrive("h-m1");
  await keeper.take(plan("two", ["m1", "m2", "m3"]));
  await arrive("h-m2");
  await keeper.take(plan("three", ["m1", "m4"], { urgent: true }));
  await arrive("h-m3");
  expect([keeper.force?.id, Array.from(shelf.kept.keys())]).toEqual(["three", ["h-m1"]]);
  // The same where what plays stays as it was.
  await arrive("h-m4");
  await keeper.take(plan("four", ["m1", "m4", "m5", "m6"]));
  await arrive("h-m5");
  await keeper.take(plan("three", ["m1", "m4"], { urgent: true }));
  await arrive("h-m6");
  expect([keeper.force?.id, keeper.pending, Array.from(shelf.kept.keys())]).toEqual(["three", null, ["h-m1", "h-m4"]]);
});

test("what does not wait for the hours: the first picture, what a take-down uncovers, and emergencies", async () => {
  await keeper.take(plan("one", ["m1", "m2"]));
  expect([wanted, presses]).toEqual([["h-m1", "h-m2"], ["h-m1"]]);
  await arrive("h-m1");
  expect([keeper.force?.id, wanted, presses]).toEqual(["one", ["h-m2"], []]);
  await arrive("h-m2");
  await keeper.take(plan("two", ["m3", "m4"]));
  expect([wanted, presses]).toEqual([["h-m3", "h-m4"], []]);
  const alarm = plan("three", ["m3", "m5"]);
  alarm.slots[1] = { ...alarm.slots[1]!, emergency: true };
  await keeper.take(alarm);
  expect([wanted, presses]).toEqual([["h-m5", "h-m3"], ["h-m5"]]);
  await keeper.take(plan("four", ["m6", "m7"], { urgent: true }));
  expect([keeper.force?.id, wanted, presses]).toEqual(["four", ["h-m6", "h-m7"], ["h-m6"]]);
});

test("what was to play later presses once its time has come and nothing whole stands there", async () => {
  await keeper.take(plan("one", ["m1", "m2", "m3"]));
  await arrive("h-m1");
  expect([keeper.force?.id, wanted, presses]).toEqual(["one", ["h-m2", "h-m3"], []]);
  now = 1500;
  keeper.turned();
  expect(presses).toEqual(["h-m2", "h-m3"]);
  await arrive("h-m2", "h-m3");
  wanted = ["untouched"];
  keeper.turned();
  expect(wanted).toEqual(["untouched"]);
});

test("plans outlive the page", async () => {
  await keeper.take(plan("one", ["m1"]));
  await arrive("h-m1");
  await keeper.take(plan("two", ["m2"]));
  keeper = make();
  await keeper.restore(await keptPlans(database));
  expect([keeper.force?.id, keeper.complete, keeper.pending?.id, wanted]).toEqual(["one", true, "two", ["h-m2"]]);
});

test("a plan that the server takes back is dropped", async () => {
  await keeper.take(plan("one", ["m1"]));
  await arrive("h-m1");
  await keeper.take(plan("two", ["m2"]));
  await keeper.take(plan("one", ["m1"]));
  expect([keeper.force?.id, keeper.pending, wanted]).toEqual(["one", null, []]);
});

test("room is made by what no plan needs, the oldest first, and never by what plays", async () => {
  shelf.room = 30;
  await keeper.take(plan("one", ["m1", "m2"]));
  await arrive("h-m1", "h-m2");
  await keeper.take(plan("two", ["m3"]));
  await arrive("h-m3");
  expect(keeper.force?.id).toBe("two");
  await keeper.take(plan("three", ["m4", "m5"]));
  await arrive("h-m4");
  expect(Array.from(shelf.kept.keys())).toEqual(["h-m2", "h-m3", "h-m4"]);
  await arrive("h-m5");
  expect(Array.from(shelf.kept.keys())).toEqual(["h-m3", "h-m4", "h-m5"]);
  await keeper.take(plan("four", ["m4", "m5", "m6"]));
  await expect(keeper.put({ hash: "h-m6", sha256: "", bytes: 10, mime: "" }, new Blob())).resolves.toBeUndefined();
  await keeper.take(plan("five", ["m4", "m5", "m6", "m7"]));
  await expect(keeper.put({ hash: "h-m7", sha256: "", bytes: 10, mime: "" }, new Blob())).rejects.toMatchObject({ name: "QuotaExceededError" });
});
