// The network between a screen and its server swallows every packet for a while: nobody hangs up, nothing is refused. Over plain HTTP, where only the open page keeps what it plays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account } from "../bench/account.mjs";
import { Cable } from "./cable.mjs";
import { Screen } from "./screen.mjs";
import { Server } from "./server.mjs";
import { skip } from "./skip.mjs";

/** How long the packets vanish at least, in milliseconds. */
const AWAY = 30_000;
/** Whatever is waited for comes within this time on a very slow machine, in milliseconds. */
const PATIENCE = 180_000;
const COLOURS = { amber: "#e0a020", blue: "#2060d0", green: "#20a060" };
const PAGE = 1_000;

const body = (...names) => ({
  version: 1,
  canvas: { width: 1920, height: 1080, background: "#000000" },
  pages: names.map((name, at) => ({ id: `p${at}`, duration_ms: PAGE, background: COLOURS[name], transition: { kind: "cut", ms: 0 }, elements: [] })),
});

/** The colour that fills the screen; null while it is none of them. */
function colour(picture) {
  const mean = picture.mean(100, 100, 200, 200);
  const near = (hex) => [1, 3, 5].every((at, channel) => Math.abs(parseInt(hex.slice(at, at + 2), 16) - mean[channel]) < 6);
  return Object.keys(COLOURS).find((name) => near(COLOURS[name])) ?? null;
}

async function until(holds, what) {
  for (const end = Date.now() + PATIENCE; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 250))) if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms: ${what}`);
}

test("packets vanish for half a minute: it plays on, gives unanswered calls up, and shows the edit made meanwhile", async (context) => {
  const missing = await Cable.missing();
  if (missing) return skip(context, missing);
  const cable = await Cable.lay();
  let server, screen;
  context.after(async () => {
    await screen?.close();
    await server?.remove();
    await cable.remove();
  });
  server = await new Server().start();
  const account = new Account(server.local);
  await account.setUp((await server.said(/setup\?link=(\S+)/))[1]);
  const presentation = (await account.call("POST", "/presentations", { name: "Colours" })).value.id;
  await account.save(presentation, body("amber", "blue"));
  await account.publish(presentation);
  const when = { from: "2020-01-01T00:00:00", until: null, zone: null, recurrence: null };
  await account.call("POST", "/schedules", { name: "", content: { presentation }, destination: "all", when, priority: null, emergency: false });

  screen = await Screen.open(`http://${cable.here}:${server.http}/viewer/`, undefined, { width: 640, height: 360, executablePath: cable.browser });
  const viewer = (await account.call("POST", "/devices/approve", { code: await screen.code(), name: "Gate 4" })).value.id;
  await account.shown(viewer, PATIENCE);
  await screen.until((picture) => colour(picture) === "amber", "the first page", PATIENCE);
  await screen.until((picture) => colour(picture) === "blue", "the second page", PATIENCE);
  const status = async () => (await account.call("GET", "/viewers/status")).value.find((one) => one.viewer === viewer);

  const knocks = [];
  screen.page.on("request", (one) => one.url().endsWith("/api/v1/viewer/device") && knocks.push(Date.now()));
  const sockets = [];
  screen.page.on("websocket", (socket) => sockets.push(socket));
  cable.swallow();
  const began = Date.now();
  await account.save(presentation, body("amber", "green"));
  await account.publish(presentation);

  // It plays on until the server misses it, and until the screen has knocked, heard nothing, and knocked again.
  let gone = false;
  const changes = [];
  while (Date.now() - began < AWAY || knocks.length < 2 || !gone) {
    if (Date.now() - began > PATIENCE) throw new Error(`after ${PATIENCE} ms: ${knocks.length} knocks, ${gone ? "missed" : "not missed"} by the server`);
    const seen = colour(await screen.look());
    assert.ok(seen === "amber" || seen === "blue", `${seen ?? "none of the pages"} is on the screen while nothing can reach it`);
    if (seen !== changes.at(-1)) changes.push(seen);
    gone ||= !(await status()).online;
  }
  const away = Date.now() - began;
  assert.ok(changes.length >= 6, `it stands still: ${changes}`);
  assert.deepEqual(sockets, [], "a session without packets");
  const vanished = cable.pass();
  console.log(`${vanished} packets vanished in ${away} ms; ${changes.length} changes of page; knocks after ${knocks.map((at) => at - began).join(", ")} ms`);
  assert.ok(vanished > 10, `only ${vanished} packets vanished`);

  const back = Date.now();
  await screen.until((picture) => colour(picture) === "green", "the page that was published meanwhile", PATIENCE);
  console.log(`the edit is on the screen ${Date.now() - back} ms after the packets came through again`);
  await until(async () => (await status()).online, "the server sees the screen again");
  await screen.allAcknowledged(PATIENCE);
  assert.deepEqual(screen.errors, []);
});
