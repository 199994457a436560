// Play records: numbered without gaps, none lost and none twice, over reloads and while nobody takes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

const RELOADS = 3;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("records survive reloads and a server that does not acknowledge", async () => {
  const media = makeMedia();
  const server = await new PlayerServer().start();
  server.serve(Object.values(media));
  server.acknowledge = false;
  server.plan = makePlan({ items: [mediaItem("i1", "image", "dawn", 1000), mediaItem("i2", "image", "dusk", 1000)], media });
  const browser = await openBrowser();
  try {
    await browser.page.goto(`${server.origin}/viewer/`);
    await server.wait((message) => message.type === "shown");
    for (let round = 0; round < RELOADS; round++) {
      await wait(4_300);
      await browser.page.reload();
    }
    await wait(3_000);
    await server.stop();
    await wait(3_000);
    server.acknowledge = true;
    server.plays.length = 0;
    await server.start();
    // Twelve from before and after, however many messages bring them.
    await server.wait(() => server.plays.filter((play) => play.complete).length >= 12, { past: false, limit: 120_000, what: "twelve whole plays" });
    const numbers = server.plays.map((play) => play.n);
    assert.equal(new Set(server.plays.map((play) => play.stream)).size, 1);
    assert.deepEqual(numbers, numbers.map((_, at) => at + 1), "numbered from 1 without gaps or repeats");
    const holes = server.plays.slice(1).map((play, at) => play.from - server.plays[at].until);
    assert.ok(holes.every((hole) => hole >= 0), "no moment counts twice");
    // Each reload takes its time; neither the server's silence nor its absence leaves a hole.
    assert.ok(holes.filter((hole) => hole > 0).length <= RELOADS, `holes of ${holes} ms`);
  } finally {
    await browser.close();
    await server.stop();
  }
});
