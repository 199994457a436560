// No gap between two items: 60 s of a real screen at 30 frames a second over 20 transitions of image, film and page hold no frame near black.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { body, makeFonts, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { measure, openDisplay } from "./recording.mjs";
import { PlayerServer } from "./server.mjs";

const WIDTH = 960;
const HEIGHT = 540;
/** The darkest item of the sequence has more than 90; a black frame has 16. */
const NEAR_BLACK = 60;

test("60 s with 20 transitions hold no frame near black", async () => {
  const media = makeMedia();
  const fonts = makeFonts();
  const page = body([
    { id: "p1", duration_ms: 3000, background: "#e9e2d0", elements: [
      { id: "t", kind: "text", frame: { x: 100, y: 100, w: 1700, h: 300 }, text: "Pier 3", size: 160, colour: "#10243a" },
      { id: "v", kind: "video", frame: { x: 900, y: 400, w: 900, h: 506 }, media: "reel" },
      { id: "c", kind: "clock", frame: { x: 100, y: 500, w: 700, h: 200 }, format: "HH:mm:ss", size: 120, colour: "#10243a" },
    ] },
    { id: "p2", duration_ms: 3000, background: "#c9dfe6", elements: [{ id: "i", kind: "image", frame: { x: 200, y: 200, w: 1500, h: 700 }, media: "dusk", radius: 60 }] },
  ]);
  const server = await new PlayerServer().start();
  server.serve(Object.values(media), fonts, page);
  const cut = { kind: "cut", ms: 0 };
  const items = [
    mediaItem("i1", "image", "dawn", 3000), mediaItem("v1", "video", "film", 3000), pageItem("p1", page, "p1", 3000),
    mediaItem("v2", "video", "reel", 3000, cut), mediaItem("i2", "image", "dusk", 3000, cut), pageItem("p2", page, "p2", 3000, cut),
  ];
  server.plan = makePlan({ items, media, fonts, bodies: [page] });
  const display = await openDisplay(WIDTH, HEIGHT);
  const dark = await measure(display.name, WIDTH, HEIGHT, 0.5);
  assert.ok(dark.length > 10 && dark.every((frame) => frame.light < 20), "the meter sees that an empty display is black");
  const browser = await openBrowser({
    headless: false, env: { ...process.env, DISPLAY: display.name },
    args: ["--kiosk", `--window-size=${WIDTH},${HEIGHT}`, "--window-position=0,0", "--disable-infobars"], ignoreDefaultArgs: ["--enable-automation"],
  });
  try {
    await browser.page.goto(`${server.origin}/viewer/`);
    await server.wait((message) => message.type === "received", { limit: 60_000 });
    // One round, so that every item was prepared in the ordinary way.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const before = server.plays.length;
    const frames = await measure(display.name, WIDTH, HEIGHT, 60);
    await server.wait((message) => message.type === "plays", { past: false, limit: 15_000 });
    assert.ok(frames.length >= 1790, `${frames.length} frames`);
    const gaps = frames.filter((frame) => frame.light < NEAR_BLACK);
    assert.deepEqual(gaps, [], `${gaps.length} frames are near black`);
    const recorded = server.plays.slice(before);
    assert.ok(recorded.length >= 20, `only ${recorded.length} plays`);
    const levels = new Set(frames.map((frame) => Math.round(frame.light / 4)));
    assert.ok(levels.size >= 5, "the recording shows the items change");
    console.log(`${frames.length} frames, darkest ${Math.min(...frames.map((frame) => frame.light))}, ${recorded.length} plays, ${recorded.filter((play) => play.complete).length} whole`);
    assert.deepEqual(browser.errors, []);
  } finally {
    await browser.close();
    await server.stop();
    display.close();
  }
});
