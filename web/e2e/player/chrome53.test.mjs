// The built script in a browser from which everything newer than Chrome 53 was taken: it pairs, plays image, film and page, and reports.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lanAddress } from "./address.mjs";
import { openBrowser } from "./browser.mjs";
import { forget, remaining, TAKEN } from "./chrome53.mjs";
import { body, makeFonts, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

/** `spoil` changes the script on its way to the browser. */
async function play(spoil = (text) => text) {
  const media = makeMedia();
  const fonts = makeFonts();
  const page = body([{ id: "p1", duration_ms: 1500, elements: [
    { id: "t", kind: "text", frame: { x: 0, y: 0, w: 900, h: 200 }, text: "Old but well" },
    { id: "c", kind: "clock", frame: { x: 0, y: 300, w: 900, h: 200 }, format: "EEEE HH:mm:ss", language: "nl" },
    { id: "s", kind: "shape", frame: { x: 0, y: 600, w: 900, h: 200 }, gradient: { from: "#102030", to: "#40506080", angle: 90 } },
  ] }]);
  const server = new PlayerServer({ host: lanAddress() });
  server.rewrite = (path, text) => (path === "viewer.js" ? spoil(text) : text);
  await server.start();
  server.approved = false;
  server.serve(Object.values(media), fonts, page);
  server.plan = makePlan({ items: [mediaItem("i1", "image", "dawn", 1500), mediaItem("v1", "video", "film", 1500), pageItem("p1", page, "p1", 1500)], media, fonts, bodies: [page] });
  const browser = await openBrowser();
  try {
    await browser.context.addInitScript(forget, TAKEN);
    // Not by `goto`'s own helpers: those run in the page and need what is gone.
    const devtools = await browser.context.newCDPSession(browser.page);
    const ask = async (expression) => (await devtools.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
    await browser.page.goto(`${server.origin}/viewer/`, { waitUntil: "commit" });
    const hello = await Promise.race([
      server.wait((message) => message.type === "hello"),
      new Promise((_, reject) => browser.page.on("pageerror", reject)),
    ]);
    const left = await ask(`(${remaining})(${JSON.stringify(TAKEN)})`);
    server.approved = true;
    server.greet();
    await server.wait((message) => message.type === "plays" && new Set(server.plays.map((one) => one.item)).size === 3, { limit: 40_000 });
    const faults = server.messages.filter((message) => message.type === "status").flatMap((message) => message.errors);
    return { hello, left, faults, errors: browser.errors };
  } finally {
    await browser.close();
    await server.stop();
  }
}

test("a browser that knows no more than Chrome 53 plays image, film and page", async () => {
  const { hello, left, faults, errors } = await play();
  assert.deepEqual(left, [], "these were not taken away");
  assert.equal(hello.storage.level, "page");
  assert.deepEqual([faults, errors], [[], []]);
});

test("a script that calls what came later does not get by", async () => {
  await assert.rejects(play((text) => `Object.entries({ later: 1 });${text}`), /entries is not a function/);
});
