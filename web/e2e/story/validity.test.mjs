// What ceases to be valid while the server is gone leaves the screen at its time all the same: the plan knew it before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account } from "../bench/account.mjs";
import { makeMedia } from "../player/fixtures.mjs";
import { Screen } from "./screen.mjs";
import { Server } from "./server.mjs";

/** How long the picture is valid from the moment at which it is scheduled, in milliseconds: longer than a slow machine needs to show it. */
const VALID = 45_000;
/** Whatever is waited for comes within this time on a very slow machine, in milliseconds. */
const PATIENCE = 120_000;
const AMBER = "#e0a020";

/** Dusk is red at its upper left corner. */
const isDusk = (picture) => {
  const [red, green, blue] = picture.mean(20, 20, 40, 40);
  return red > 150 && green < 140 && blue > 90;
};
const isAmber = (picture) => picture.mean(20, 20, 40, 40).every((channel, at) => Math.abs(channel - parseInt(AMBER.slice(1 + 2 * at, 3 + 2 * at), 16)) < 6);

test("a picture that is valid until a moment leaves the screen then, without the server", async (context) => {
  const server = await new Server().start();
  let screen;
  context.after(async () => {
    await screen?.close();
    await server.remove();
  });
  const account = new Account(server.local);
  await account.setUp((await server.said(/setup\?link=(\S+)/))[1]);
  const schedule = async (content) => {
    const when = { from: "2020-01-01T00:00:00", until: null, zone: null, recurrence: null };
    await account.call("POST", "/schedules", { name: "", content, destination: "all", when, priority: null, emergency: false });
  };
  const presentation = (await account.call("POST", "/presentations", { name: "Amber" })).value.id;
  await account.save(presentation, {
    version: 1,
    canvas: { width: 1920, height: 1080, background: AMBER },
    pages: [{ id: "p1", duration_ms: 5_000, background: AMBER, transition: { kind: "cut", ms: 0 }, elements: [] }],
  });
  await account.publish(presentation);
  await schedule({ presentation });
  const dusk = await account.upload(makeMedia().dusk.bytes, "dusk.jpg");
  screen = await Screen.open(`${server.plain}/viewer/`, undefined, { width: 640, height: 360 });
  const viewer = (await account.call("POST", "/devices/approve", { code: await screen.code(), name: "Gate 4" })).value.id;
  await account.shown(viewer, PATIENCE);
  await screen.until(isAmber, "the page below", PATIENCE);

  // Civil times count in seconds.
  const end = Math.ceil((Date.now() + VALID) / 1_000) * 1_000;
  const until = new Date(end).toISOString().slice(0, 19);
  await account.call("PATCH", `/media/${dusk}`, { validity: { from: null, until, zone: "UTC" } });
  await schedule({ media: dusk });
  await screen.until(isDusk, "the picture while it is valid", PATIENCE);
  await account.shown(viewer, PATIENCE);
  await server.stop("SIGKILL");
  assert.ok(Date.now() < end - 1_000, `the machine took longer than ${VALID} ms to show the picture: this proves nothing`);
  const { ms } = await screen.until((picture) => isAmber(picture) || (Date.now() < end && !isDusk(picture) && "too early"), "the page below, without server", PATIENCE);
  assert.ok(Date.now() >= end, `it left ${end - Date.now()} ms before its time`);
  console.log(`the picture left ${Date.now() - end} ms after its end, ${ms} ms after the server was gone`);
  assert.deepEqual(screen.errors, []);
});
