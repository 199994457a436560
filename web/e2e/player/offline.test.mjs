// A screen without its server, by an address of the network: over HTTPS it survives reload and power-off, over plain HTTP it plays on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lanAddress } from "./address.mjs";
import { openBrowser } from "./browser.mjs";
import { body, makeFonts, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";
import { makeTrust } from "./trust.mjs";

const media = makeMedia();
const fonts = makeFonts();
const page = body([{ id: "p1", duration_ms: 2000, background: "#e9e2d0", elements: [{ id: "t", kind: "text", frame: { x: 100, y: 100, w: 1700, h: 300 }, text: "Offline page", size: 160, colour: "#10243a" }] }]);
const items = [mediaItem("v1", "video", "film", 2000), pageItem("p1", page, "p1", 2000), mediaItem("i1", "image", "dawn", 2000)];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until the page shows the text, then a film that runs: a round of the programme. */
async function seesAll(page, limit = 20_000) {
  await page.waitForFunction(() => [...document.querySelectorAll(".sb-layer")].some((node) => node.style.opacity === "1" && node.textContent.includes("Offline page")), null, { timeout: limit });
  await page.waitForFunction(() => [...document.querySelectorAll("video")].some((film) => !film.paused && film.currentTime > 0.3), null, { timeout: limit });
  await page.waitForFunction(() => [...document.querySelectorAll("img")].some((one) => one.complete && one.naturalWidth > 0), null, { timeout: limit });
}

async function ready(server) {
  server.serve(Object.values(media), fonts, page);
  server.plan = makePlan({ items, media, fonts, bodies: [page] });
  await server.start();
}

describe("over HTTPS with a trusted certificate", () => {
  const address = lanAddress();
  let server;
  let browser;
  let env;
  before(async () => {
    const trust = makeTrust(address);
    env = { ...process.env, HOME: trust.home };
    server = new PlayerServer({ host: address, tls: trust.tls });
    await ready(server);
    browser = await openBrowser({ env });
    await browser.page.goto(`${server.origin}/viewer/`);
    await server.wait((message) => message.type === "received");
  });
  after(() => browser.close());

  test("everything is stored to stay", async () => {
    const hello = await server.wait((message) => message.type === "hello");
    assert.equal(hello.secure, true);
    assert.equal(hello.storage.level, "persistent");
  });

  test("the server stops: it plays on, and again after a reload", async () => {
    await server.stop();
    await seesAll(browser.page);
    await browser.page.reload();
    await seesAll(browser.page);
    assert.deepEqual(browser.errors, []);
  });

  test("it is switched off and on without server: it plays", async () => {
    const { profile } = browser;
    const url = `${server.origin}/viewer/`;
    await browser.close(false);
    browser = await openBrowser({ profile, env });
    const began = Date.now();
    await browser.page.goto(url);
    await browser.page.waitForFunction(() => [...document.querySelectorAll(".sb-layer")].some((node) => node.style.opacity === "1" && node.querySelector("img, video, [lang]")));
    console.log(`page open to first frame ${Date.now() - began} ms`);
    await seesAll(browser.page);
  });

  test("the server is back: the same screen reports again and nothing is downloaded twice", async () => {
    server.requests.length = 0;
    server.messages.length = 0;
    await server.start();
    const hello = await server.wait((message) => message.type === "hello", { limit: 40_000 });
    assert.equal(hello.plan, server.plan.id);
    assert.equal(server.devices.size, 1);
    await wait(1500);
    assert.deepEqual(server.requests.filter((path) => path.startsWith("/media/")), []);
    await server.stop();
  });
});

test("over plain HTTP it plays on while the page stays open, and says what it cannot", async () => {
  const server = new PlayerServer({ host: lanAddress() });
  await ready(server);
  const browser = await openBrowser();
  try {
    await browser.page.goto(`${server.origin}/viewer/`);
    const hello = await server.wait((message) => message.type === "hello");
    assert.equal(hello.secure, false);
    assert.equal(hello.storage.level, "page");
    await server.wait((message) => message.type === "received");
    await server.stop();
    await seesAll(browser.page);
    await wait(17_000);
    await seesAll(browser.page);
    assert.deepEqual(browser.errors, []);
    server.messages.length = 0;
    await server.start();
    assert.equal((await server.wait((message) => message.type === "hello", { limit: 60_000 })).plan, server.plan.id);
  } finally {
    await browser.close();
    await server.stop();
  }
});
