// What a browser's storage hands out damaged: identity, clock, list of files, play records, address.
import { expect, test } from "vitest";
import { loadIdentity, type Identity } from "../src/identity.ts";
import { KeptIndex } from "../src/media/kept_index.ts";
import { takeToken } from "../src/place.ts";
import { Journal } from "../src/plays/journal.ts";
import { OpenPlay } from "../src/plays/open_play.ts";
import { readMessage } from "../src/session/read_message.ts";
import { SessionClock } from "../src/session/session_clock.ts";
import { Memory } from "../src/store/memory.ts";
import { damaged, garbled } from "./damage.ts";

const ROUNDS = 1000;
const RECORD = { n: 1, row: "r", plan: "p", item: "i", content: { media: "m" }, revision: null, media: "m", from: 1000, until: 2000, complete: true };

/** localStorage with something in it. */
function notesWith(text: string) {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? text, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.set(key, "") };
}

test("play records: readable ones are sent, the others are not, and no number comes twice", async () => {
  let sent = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    const database = new Memory();
    await database.write([
      { table: "play", key: 1, value: RECORD },
      { table: "play", key: 2, value: damaged({ ...RECORD, n: 2 }, seed) },
      { table: "setting", key: "plays", value: damaged({ stream: "s", last: 2 }, seed + ROUNDS) },
    ]);
    const journal = await Journal.load(database);
    const { n: _, ...play } = RECORD;
    await journal.add(play);
    const batch = journal.batch();
    sent += batch.length;
    for (const record of batch) expect(Number.isFinite(record.n) && record.until > record.from && typeof record.item === "string", `seed ${seed}`).toBe(true);
    const last = batch[batch.length - 1];
    expect(batch.filter((record) => record.n === last?.n), `seed ${seed}`).toHaveLength(1);
  }
  expect(sent).toBeGreaterThan(ROUNDS * 2);
  expect(sent).toBeLessThan(ROUNDS * 3);
});

test("the play of an earlier page is whole or none", () => {
  let taken = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    // A list of plays, or one alone as an earlier version wrote it.
    const plays = new OpenPlay(notesWith(garbled(JSON.stringify(seed % 2 ? RECORD : [RECORD]), seed))).left();
    taken += plays.length;
    for (const play of plays) expect(play.until > play.from && typeof play.content === "object").toBe(true);
  }
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(ROUNDS / 2);
});

test("the list of files holds only entries that name a file", async () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const database = new Memory();
    await database.write([{ table: "file", key: "H1", value: damaged({ hash: "H1", bytes: 10, at: 5 }, seed) }]);
    for (const file of (await KeptIndex.load(database)).files()) expect(/^[\w-]+$/.test(file.hash) && file.bytes >= 0 && file.at >= 0).toBe(true);
  }
  class Broken extends Memory {
    override all(): Promise<never> {
      return Promise.reject(new Error("Internal error opening backing store"));
    }
  }
  expect((await KeptIndex.load(new Broken())).files()).toEqual([]);
});

test("an identity is a valid one, and the same at the next start", async () => {
  const whole: Identity = { device: "11111111-1111-4111-8111-111111111111", secret: "ab".repeat(32) };
  let kept = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    const database = new Memory();
    await database.write([{ table: "setting", key: "identity", value: damaged(whole, seed) }]);
    const notes = notesWith(garbled(JSON.stringify(whole), seed));
    const identity = await loadIdentity(database, notes);
    expect(identity.device).toMatch(/^[0-9a-f-]{36}$/);
    expect(identity.secret).toMatch(/^[0-9a-f]{64}$/);
    if (identity.secret === whole.secret) kept += 1;
    expect(await loadIdentity(database, null)).toEqual(identity);
    expect(await loadIdentity(new Memory(), notes)).toEqual(identity);
  }
  expect(kept).toBeGreaterThan(0);
});

test.each(["Infinity", "-Infinity", "NaN", "1e300", "half past nine", "{}", ""])("a kept offset of %j is none", (text) => {
  expect(new SessionClock(() => 1000, notesWith(text)).now()).toBe(1000);
});

test("messages of the time that are none leave the clock alone", () => {
  const whole = { type: "time", t0: 10, t1: 20, t2: 30 };
  for (let seed = 0; seed < ROUNDS; seed++) {
    const message = readMessage(JSON.stringify(damaged(whole, seed)));
    if (message === null || message === "strange" || message.type !== "time") continue;
    expect([message.t0, message.t1, message.t2].every(Number.isFinite)).toBe(true);
  }
});

test.each(["null", "[]", "3", '"plan"', "{}", '{"type":7}', '{"type":"welcome"}', '{"type":"command","id":"c"}', '{"type":"plays_ack","stream":"s","n":"9"}', "\u0000"])("%s is no message", (text) => {
  expect(readMessage(text)).toBeNull();
});

test.each(["weather", "toString", "__proto__"])("a message of the kind %s is passed over", (type) => {
  expect(readMessage(`{"type":${JSON.stringify(type)}}`)).toBe("strange");
});

test("any address gives up its token", () => {
  expect(takeToken("http://pier/viewer/?token=%E0%A4%A")).toEqual({ token: "%E0%A4%A", rest: "http://pier/viewer/" });
  for (let seed = 0; seed < ROUNDS; seed++) {
    const address = garbled("http://pier:8080/viewer/?a=1&token=ab%20cd%C3%A4&b=2#c", seed);
    const { token, rest } = takeToken(address);
    expect(token !== null, address).toBe(/[?&]token=/.test(address));
    expect(/[?&]token=/.test(rest), address).toBe(false);
  }
});
