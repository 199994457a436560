import { expect, test } from "vitest";
import type { Moment } from "@signboard/player";
import { Memory } from "../store/memory.ts";
import { Journal } from "./journal.ts";
import { OpenPlay } from "./open_play.ts";
import { playOf, Recorder } from "./recorder.ts";

const moment: Moment = {
  key: "k", kind: "image", row: "r", plan: "p", start: 1000, end: 11_000, from: 1000, until: 11_000,
  item: { id: "i", kind: "image", duration_ms: 10_000, transition: { kind: "cut", ms: 0 }, media: "m", play: { content: { media: "m" }, media: "m" } } as Moment["item"],
};

test.each([
  ["the whole item", 1000.4, 11_000.2, true],
  ["a late start within tolerance", 1900, 11_000, true],
  ["joined in the middle", 5000, 11_000, false],
  ["cut off", 1000, 6000, false],
])("%s", (_title, from, until, complete) => {
  expect(playOf(moment, from, until)).toMatchObject({ complete, from: Math.round(from), until: Math.round(until), item: "i", row: "r" });
});

test("standby and plays of no length are no records", () => {
  expect(playOf({ ...moment, item: null }, 1, 2)).toBeNull();
  expect(playOf(moment, 5, 5)).toBeNull();
});

test("what a reload cuts off is entered once by the next page", async () => {
  const kept = new Map<string, string>();
  const notes = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const database = new Memory();
  const first = new Recorder(await Journal.load(database), new OpenPlay(notes));
  first.began(moment, 1000);
  first.note(4000);
  const journal = await Journal.load(database);
  const second = new Recorder(journal, new OpenPlay(notes));
  await second.recover();
  await second.recover();
  expect(journal.batch().map((record) => [record.n, record.from, record.until, record.complete])).toEqual([[1, 1000, 4000, false]]);
});

test("an ended play leaves nothing open", async () => {
  const kept = new Map<string, string>();
  const notes = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const journal = await Journal.load(new Memory());
  const recorder = new Recorder(journal, new OpenPlay(notes));
  recorder.began(moment, 1000);
  recorder.note(9000);
  await recorder.ended(moment, 1000, 11_000);
  await recorder.recover();
  expect(journal.batch()).toHaveLength(1);
});

test.each([
  ["before it was written down", false],
  ["after it was written down and before that was noted", true],
])("a page that ends with an item, %s, leaves its record once", async (_title, written) => {
  const kept = new Map<string, string>();
  const notes = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const database = new Memory();
  const before = await Journal.load(database);
  const write = database.write.bind(database);
  database.write = (changes) => (written ? write(changes) : Promise.resolve()).then(() => new Promise<void>(() => undefined));
  const first = new Recorder(before, new OpenPlay(notes));
  first.began(moment, 1000);
  void first.ended(moment, 1000, 11_000);
  first.began({ ...moment, start: 11_000, end: 21_000 }, 11_000);
  first.note(12_000);
  await new Promise((resolve) => setTimeout(resolve, 0));
  database.write = write;
  const journal = await Journal.load(database);
  const second = new Recorder(journal, new OpenPlay(notes));
  await second.recover();
  expect(journal.batch().map((record) => [record.n, record.from, record.until])).toEqual([[1, 1000, 11_000], [2, 11_000, 12_000]]);
  expect(kept.size).toBe(0);
});
