// Hours in which files may be fetched: a browser keeps to them, also at its next start, and an emergency does not wait for them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

/** Hours that begin two hours from now, where the screen is: an hour east of UTC in these plans. */
function later() {
  const minute = (Math.floor(Date.now() / 60_000) + 60) % 1440;
  return [{ from: (minute + 120) % 1440, until: (minute + 180) % 1440 }];
}

test("what is not urgent waits for its hours", async () => {
  const media = makeMedia();
  const server = await new PlayerServer().start();
  server.serve(Object.values(media));
  server.limits = { at_once: 1, hours: later() };
  const first = makePlan({ items: [mediaItem("i1", "image", "dawn", 1500)], media: { dawn: media.dawn } });
  server.plan = first;
  const browser = await openBrowser();
  const asked = (one) => server.requests.filter((path) => path === `/media/${one.facts.hash}`).length;
  const received = (plan) => server.wait((message) => message.type === "received" && message.plan === plan.id, { limit: 40_000 });
  /** Two reports after this moment: enough for a download that should not be. */
  const twoReports = async () => {
    for (let n = 0; n < 2; n++) await server.wait((message) => message.type === "status", { past: false, limit: 40_000 });
  };
  try {
    await browser.page.goto(`${server.origin}/viewer/`);
    // With nothing else to show, the first picture does not wait.
    await received(first);
    const next = makePlan({ items: [mediaItem("i2", "image", "dusk", 1500)], media: { dusk: media.dusk } });
    server.push(next);
    await twoReports();
    assert.equal(asked(media.dusk), 0);

    // A start without a word of the server about hours: what it said last counts.
    server.limits = null;
    const hello = server.wait((message) => message.type === "hello", { past: false });
    await browser.page.reload();
    await hello;
    await twoReports();
    assert.equal(asked(media.dusk), 0);
    assert.deepEqual(server.messages.filter((message) => message.type === "incomplete"), [], "nothing is wrong with it");

    // An emergency comes, which shows a film.
    const [slot] = next.slots;
    const alarm = makePlan({ items: [mediaItem("i3", "video", "film", 1500)], media: { film: media.film }, slots: [{ ...slot, emergency: true }], urgent: true });
    server.push(alarm);
    await received(alarm);
    assert.equal(asked(media.dusk), 0);

    // The hours are lifted.
    server.push(next);
    await twoReports();
    assert.equal(asked(media.dusk), 0);
    server.send({ type: "download", at_once: 0, hours: [] });
    await received(next);
    assert.deepEqual(browser.errors, []);
  } finally {
    await browser.close();
    await server.stop();
  }
});
