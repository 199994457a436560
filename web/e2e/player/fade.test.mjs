// What a transition looks like: a fade is a mixture of what was and what comes, more of the new with every frame; a cut has none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { body } from "./fixtures.mjs";
import { makePlan, pageItem } from "./plan.mjs";
import { openDisplay, samples } from "./recording.mjs";
import { PlayerServer } from "./server.mjs";

const WIDTH = 640;
const HEIGHT = 360;
const DURATION = 3_000;
const FADE = { kind: "fade", ms: 1_500 };
/** Each comes in by its own transition: red and green by a fade, blue by a cut. No colour lies between two others. */
const COLOURS = { red: [200, 60, 40], green: [40, 180, 90], blue: [60, 90, 220] };
const FADES = [["red", "green"], ["blue", "red"]];
/** What rounding makes of a channel. */
const SLACK = 3;
/** So many mixed frames in a row are a fade that was seen. A busy machine may show few frames of one: then the next round counts. */
const ENOUGH = 4;

const same = (one, other) => one.every((channel, at) => Math.abs(channel - other[at]) <= SLACK);
const named = (colour) => Object.keys(COLOURS).find((name) => same(colour, COLOURS[name]));

/** How much of `to` is in a colour that is mixed of both, 0 to 1; null where it is no such mixture. */
function part(colour, from, to) {
  const length = from.reduce((sum, one, at) => sum + (to[at] - one) ** 2, 0);
  const along = colour.reduce((sum, one, at) => sum + (one - from[at]) * (to[at] - from[at]), 0) / length;
  const nearest = from.map((one, at) => one + along * (to[at] - one));
  return along > 0 && along < 1 && same(colour, nearest) ? along : null;
}

/** A frame as a word: a colour's name, "red to green 0.43", "torn" while the display is drawn, or what it has no right to be. */
function judge(points) {
  const names = new Set(points.map(named));
  if (names.size === 1 && !names.has(undefined)) return { name: [...names][0] };
  for (const [from, to] of FADES) {
    const parts = points.map((point) => part(point, COLOURS[from], COLOURS[to]));
    const between = parts.every((one) => one !== null);
    if (between) return { fade: `${from} to ${to}`, least: Math.min(...parts), most: Math.max(...parts) };
    // The upper part of a frame may be one drawing older than the lower.
    if (points.every((point, at) => parts[at] !== null || same(point, COLOURS[from]) || same(point, COLOURS[to]))) return { name: "torn" };
  }
  if (!names.has(undefined)) return { name: "torn" };
  return { wrong: points.find((point) => !named(point)) };
}

test("frames within a fade are a mixture of both items, frames around a cut are none", async () => {
  const hex = (colour) => `#${colour.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  const page = body(Object.entries(COLOURS).map(([id, colour]) => ({ id, duration_ms: DURATION, background: hex(colour), elements: [] })));
  const server = await new PlayerServer().start();
  server.serve(page);
  const enter = { red: FADE, green: FADE, blue: { kind: "cut", ms: 0 } };
  server.plan = makePlan({ items: Object.keys(COLOURS).map((id) => pageItem(id, page, id, DURATION, enter[id])), bodies: [page] });
  const display = await openDisplay(WIDTH, HEIGHT);
  const browser = await openBrowser({
    headless: false, env: { ...process.env, DISPLAY: display.name },
    args: ["--kiosk", `--window-size=${WIDTH},${HEIGHT}`, "--window-position=0,0", "--disable-infobars"], ignoreDefaultArgs: ["--enable-automation"],
  });
  try {
    await browser.page.goto(`${server.origin}/viewer/`);
    // The start page is gone, and all three are prepared in the ordinary way.
    await server.wait((message) => message.type === "plays" && message.records.some((one) => one.complete && one.item === "red"), { limit: 60_000 });
    const longest = { "red to green": 0, "blue to red": 0 };
    const seen = new Set();
    for (let round = 0; round < 12 && Object.values(longest).some((count) => count < ENOUGH); round++) {
      const frames = (await samples(display.name, WIDTH, HEIGHT, (3 * DURATION) / 1000 + 1, 8, 6)).map(judge);
      assert.deepEqual(frames.filter((frame) => frame.wrong), [], "colours that no transition makes");
      for (const frame of frames) seen.add(frame.name);
      let run = 0;
      for (let at = 0; at < frames.length; at++) {
        const { fade, most } = frames[at];
        const before = frames[at - 1];
        run = !fade ? 0 : before?.fade === fade ? run + 1 : 1;
        if (run > 1) assert.ok(most >= before.least - 0.02, `${fade} goes back from ${before.least} to ${most}`);
        if (fade) longest[fade] = Math.max(longest[fade], run);
      }
    }
    console.log(`mixed frames in a row: ${JSON.stringify(longest)}; pure: ${[...seen].join(", ")}`);
    for (const [fade, count] of Object.entries(longest)) assert.ok(count >= ENOUGH, `${fade} was never seen as a mixture in ${ENOUGH} frames`);
    for (const name of Object.keys(COLOURS)) assert.ok(seen.has(name), `${name} never stood alone`);
    assert.deepEqual(browser.errors, []);
  } finally {
    await browser.close();
    await server.stop();
    display.close();
  }
});
