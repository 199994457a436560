import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { openIndexed } from "../store/indexed.ts";
import { Memory } from "../store/memory.ts";
import { Journal, type Play } from "./journal.ts";

const play = (item: string): Play => ({ row: null, plan: "p", item, content: { media: "m" }, revision: null, media: "m", from: 1, until: 2, complete: true });

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

test("records outlive the page, keep their numbers and go when acknowledged", async () => {
  const first = await Journal.load(await openIndexed("a"));
  for (const item of ["a", "b", "c"]) await first.add(play(item));
  const second = await Journal.load(await openIndexed("a"));
  expect(second.stream).toBe(first.stream);
  expect(second.batch().map((record) => [record.n, record.item])).toEqual([[1, "a"], [2, "b"], [3, "c"]]);
  await second.acknowledge(second.stream, 2);
  await second.add(play("d"));
  const third = await Journal.load(await openIndexed("a"));
  expect(third.batch().map((record) => record.n)).toEqual([3, 4]);
  await third.acknowledge(third.stream, 4);
  const fourth = await Journal.load(await openIndexed("a"));
  await fourth.add(play("e"));
  expect(fourth.batch().map((record) => record.n)).toEqual([5]);
});

test("an acknowledgement of another stream removes nothing", async () => {
  const journal = await Journal.load(new Memory());
  await journal.add(play("a"));
  await journal.acknowledge("other", 9);
  expect(journal.batch()).toHaveLength(1);
});

test("a lost counter begins a new stream without losing records", async () => {
  const database = await openIndexed("b");
  const first = await Journal.load(database);
  await first.add(play("a"));
  await first.add(play("b"));
  await first.acknowledge(first.stream, 1);
  await database.write([{ table: "setting", key: "plays" }]);
  const second = await Journal.load(database);
  expect(second.stream).not.toBe(first.stream);
  expect(second.batch().map((record) => [record.n, record.item])).toEqual([[1, "b"]]);
});

test("a batch is not larger than a message may be", async () => {
  const journal = await Journal.load(new Memory());
  for (let at = 0; at < 250; at++) await journal.add(play("x"));
  expect(journal.batch()).toHaveLength(200);
});

test("a record that finds no room is kept and sent later, with its number", async () => {
  let full = true;
  class Full extends Memory {
    override write(changes: Parameters<Memory["write"]>[0]): Promise<void> {
      return full ? Promise.reject(new Error("QuotaExceededError")) : super.write(changes);
    }
  }
  const journal = await Journal.load(new Full());
  await journal.add(play("a"));
  expect(journal.batch()).toEqual([]);
  full = false;
  await journal.add(play("b"));
  expect(journal.batch().map((record) => [record.n, record.item])).toEqual([[1, "a"], [2, "b"]]);
});
