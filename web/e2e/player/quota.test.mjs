// A plan that the browser has no room for: named, and the old plan plays on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lanAddress } from "./address.mjs";
import { openBrowser } from "./browser.mjs";
import { largePicture, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";
import { makeTrust } from "./trust.mjs";

const MIB = 1024 * 1024;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Chromium's database remembers for half a minute how much room there was.
for (const { title, isSecure, patience } of [
  { title: "with a service worker", isSecure: true, patience: 0 },
  { title: "over plain HTTP", isSecure: false, patience: 32_000 },
]) {
  test(`${title}: what does not fit is named, the old plan plays on, old files make room`, async () => {
    const media = makeMedia();
    const huge = largePicture(12 * MIB);
    const fitting = largePicture(5 * MIB);
    const host = lanAddress();
    const trust = isSecure ? makeTrust(host) : null;
    const server = await new PlayerServer({ host, tls: trust?.tls }).start();
    server.serve(Object.values(media), huge, fitting);
    const old = makePlan({ items: [mediaItem("i1", "image", "dawn", 1500)], media: { dawn: media.dawn } });
    server.plan = old;
    const browser = await openBrowser({ env: trust ? { ...process.env, HOME: trust.home } : undefined });
    try {
      await browser.page.goto(`${server.origin}/viewer/`);
      await server.wait((message) => message.type === "received");
      const devtools = await browser.context.newCDPSession(browser.page);
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: server.origin, quotaSize: 9 * MIB });
      await wait(patience);
      server.push(makePlan({ items: [mediaItem("i2", "image", "huge", 60_000), mediaItem("i3", "image", "dusk", 60_000)], media: { huge, dusk: media.dusk } }));
      const incomplete = await server.wait((message) => message.type === "incomplete", { limit: 40_000 });
      assert.equal(incomplete.plan, server.plan.id);
      assert.deepEqual(incomplete.missing, [{ hash: huge.facts.hash, bytes: huge.facts.bytes, why: "quota" }]);
      const status = await server.wait((message) => message.type === "status" && message.slot, { past: false });
      assert.equal(status.plan, old.id);
      assert.equal(status.slot.item, "i1");
      assert.ok(!server.messages.some((message) => message.type === "received" && message.plan === server.plan.id));

      // A plan that fits once the files of nobody are gone: dusk is local by now, and in no plan that counts.
      server.push(makePlan({ items: [mediaItem("i4", "image", "fitting", 60_000)], media: { fitting } }));
      await server.wait((message) => message.type === "received" && message.plan === server.plan.id, { limit: 40_000 });
      await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
      assert.deepEqual(browser.errors, []);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
