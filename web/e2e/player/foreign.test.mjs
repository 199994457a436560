// What a broken server or a broken wire may send, into a real browser: the screen plays on, tells of it, and plays the next good plan.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openBrowser } from "./browser.mjs";
import { body, file, makeFonts, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

const source = join(dirname(fileURLToPath(import.meta.url)), "../../apps/viewer/test/damage.ts");
const { outputFiles } = await build({ entryPoints: [source], write: false, format: "esm" });
const { damaged, garbled } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);

const PLANS = 150;
const BODIES = 25;

test("damaged messages, plans and pages never end the show", async () => {
  const media = makeMedia();
  const fonts = makeFonts().slice(0, 2);
  const pages = [
    { id: "p1", duration_ms: 1500, background: "#e9e2d0", elements: [
      { id: "t", kind: "text", frame: { x: 100, y: 100, w: 1700, h: 300 }, text: "Words", size: 160, weight: 700, align: "center", fill: "#102030", direction: "auto" },
      { id: "c", kind: "clock", frame: { x: 100, y: 500, w: 700, h: 200 }, format: "EEEE HH:mm:ss", zone: "Europe/Berlin", size: 120 },
      { id: "s", kind: "shape", frame: { x: 0, y: 900, w: 1920, h: 180 }, shape: "line", stroke: { colour: "#ffffff", width: 9 }, gradient: { from: "#102030", to: "#405060", angle: 90 } },
      { id: "v", kind: "video", frame: { x: 900, y: 400, w: 900, h: 506 }, media: "reel", loop: true, volume: 50 },
      { id: "i", kind: "image", frame: { x: 900, y: 0, w: 900, h: 300 }, media: "dusk", fit: "cover", radius: 60 },
    ] },
  ];
  const whole = body(pages);
  const server = await new PlayerServer().start();
  server.serve(Object.values(media), fonts, whole);
  const good = () => makePlan({ items: [pageItem("p1", whole, "p1", 1500), mediaItem("i1", "image", "dawn", 1500)], media, fonts, bodies: [whole], urgent: false });
  server.plan = good();
  const browser = await openBrowser();
  const { page } = browser;
  const stands = () => page.evaluate(() => [...document.querySelectorAll(".sb-layer")].filter((node) => node.style.opacity === "1").length);
  const raw = (text) => server.sessions.forEach((session) => session.send(text));
  try {
    await page.goto(`${server.origin}/viewer/`);
    await server.wait((message) => message.type === "shown");
    for (const text of ["", "{", "null", "[]", "7", '{"type":"welcome"}', '{"type":"time","t0":"now"}', '{"type":"plays_ack"}', '{"type":"later"}']) raw(text);
    for (let seed = 0; seed < PLANS; seed++) {
      const text = JSON.stringify(damaged({ ...server.plan, id: `damaged-${seed}` }, seed));
      raw(seed % 3 ? text : garbled(text, seed));
      if (seed % 10 === 0) assert.ok((await stands()) > 0, `nothing stands on the screen after ${seed}`);
    }
    await server.wait((message) => message.type === "status" && message.errors.some((one) => one.code === "message.unreadable"));

    const drawn = [];
    for (let seed = 0; seed < BODIES; seed++) {
      const broken = file(Buffer.from(JSON.stringify(damaged({ version: 1, canvas: { width: 1920, height: 1080 }, pages }, seed))), "application/json");
      server.serve(broken);
      server.plan = makePlan({ items: [pageItem("p1", broken, "p1", 60_000, { kind: "cut", ms: 0 })], media, fonts, bodies: [broken], viewer: { name: `Round ${seed}` } });
      server.send(server.plan);
      await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
      assert.ok((await stands()) > 0, `nothing stands on the screen with body ${seed}`);
      drawn.push(await page.evaluate(() => document.querySelector(".sb-layer:last-child [lang]") !== null));
    }
    assert.ok(drawn.filter(Boolean).length > BODIES / 3, "most of what is damaged is drawn in part");

    // It outlives the page too: what is stored by now is what the last plan left.
    await page.reload();
    await server.wait((message) => message.type === "hello", { past: false });
    server.push(makePlan({ items: [pageItem("p1", whole, "p1", 60_000)], media, fonts, bodies: [whole] }));
    await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
    assert.deepEqual(browser.errors, []);
  } finally {
    await browser.close();
    await server.stop();
  }
});
