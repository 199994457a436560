// The shell itself: a newer version is taken over, a second window replaces the first, a revoked device begins anew.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { largePicture, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

describe("the shell", () => {
  const media = makeMedia();
  let server;
  let browser;
  before(async () => {
    server = await new PlayerServer().start();
    server.serve(Object.values(media));
    server.plan = makePlan({ items: [mediaItem("i1", "image", "dawn", 1500), mediaItem("i2", "image", "dusk", 1500)], media });
    browser = await openBrowser();
    await browser.page.goto(`${server.origin}/viewer/`);
    await server.wait((message) => message.type === "received");
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  test("takes a newer version at the next change of item, without a click", async () => {
    const { player } = await server.wait((message) => message.type === "hello");
    server.rewrite = (path, text) => (path === "sw.js" ? text.replace(/signboard-shell-[0-9a-f]{16}/, "signboard-shell-0123456789abcdef").replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"') : text.split(`"${player}"`).join('"99.0.0"'));
    await browser.page.evaluate(() => navigator.serviceWorker.getRegistration().then((registration) => registration.update()));
    await server.wait((message) => message.type === "hello" && message.player === "99.0.0");
    assert.deepEqual(await browser.page.evaluate(() => caches.keys()).then((names) => names.sort()), ["signboard-media", "signboard-shell-0123456789abcdef"]);
  });

  test("a second window takes over and the first stands back for good", async () => {
    const first = browser.page;
    server.send({ type: "bye", reason: "replaced" });
    await first.getByText("Open in another window").waitFor();
    const sessions = server.sessions.size;
    await first.waitForTimeout(4_000);
    assert.equal(server.sessions.size, 0, `${sessions} sessions`);
    await first.reload();
    await server.wait((message) => message.type === "hello", { past: false });
  });

  test("a screen whose cookie was dropped introduces itself again and gets its files", async () => {
    await browser.context.clearCookies();
    const fresh = largePicture(700_000);
    server.serve(fresh);
    server.push(makePlan({ items: [mediaItem("i9", "image", "fresh", 60_000)], media: { fresh } }));
    await server.wait((message) => message.type === "shown" && message.plan === server.plan.id, { limit: 30_000 });
  });

  test("a revoked device leaves nothing behind and pairs again with another identity", async () => {
    const [device] = server.devices;
    server.approved = false;
    server.send({ type: "bye", reason: "revoked" });
    await browser.page.getByText("K7M").waitFor();
    assert.notEqual(server.lastDevice.device, device);
    assert.equal(server.devices.size, 2);
    assert.deepEqual(await browser.page.evaluate(async () => (await (await caches.open("signboard-media")).keys()).length), 0);
    assert.deepEqual(browser.errors, []);
  });
});
