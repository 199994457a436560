// The admin's live preview: a page around an iframe speaks docs/protocols/viewer-session.md section 5.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { makeFonts, makeMedia } from "./fixtures.mjs";
import { PlayerServer } from "./server.mjs";

const text = (id, words, frame, more) => ({ id, kind: "text", frame, text: words, size: 90, ...more });

test("draws a body, plays it, follows edits, and names problems", async () => {
  const server = await new PlayerServer().start();
  const { dawn } = makeMedia();
  const [font] = makeFonts();
  server.serve(dawn, font);
  const browser = await openBrowser();
  const { page } = browser;
  try {
    await page.goto(`${server.origin}/viewer/preview/`);
    // The cookie that media ask for; an editor has one of its own.
    await page.evaluate(() => fetch("/api/v1/viewer/device", { method: "POST", body: JSON.stringify({ device: "d", secret: "s" }) }));
    await page.evaluate(() => {
      document.body.innerHTML = "<iframe src='/viewer/preview/' style='width:960px;height:540px;border:0'></iframe>";
      window.answers = [];
      window.addEventListener("message", (event) => window.answers.push(event.data));
    });
    const answer = (test) => page.waitForFunction(new Function("", `return window.answers.some(${test})`));
    await answer("(one) => one.type === 'ready'");
    const body = {
      version: 1, canvas: { width: 1920, height: 1080, background: "#10141a" },
      pages: [
        { id: "p1", duration_ms: 900, elements: [text("fits", "Short", { x: 0, y: 0, w: 900, h: 200 }), text("long", "Far too long for this frame", { x: 0, y: 300, w: 300, h: 100 }), { id: "pic", kind: "image", frame: { x: 0, y: 600, w: 400, h: 300 }, media: "m" }] },
        { id: "p2", duration_ms: 900, elements: [{ id: "gone", kind: "image", frame: { x: 0, y: 0, w: 9, h: 9 }, media: "none" }, { id: "c", kind: "clock", frame: { x: 0, y: 0, w: 900, h: 200 }, format: "HH" }] },
      ],
    };
    const message = {
      type: "preview", body, playing: true, zone: "Europe/Berlin", offset_s: 3600,
      media: { m: { url: `/media/${dawn.facts.hash}`, mime: "image/jpeg", width: 1280, height: 720 } },
      fonts: [{ family: font.facts.family, weight: font.facts.weight, style: font.facts.style, range: font.facts.range, url: `/media/${font.facts.hash}` }],
    };
    const post = (more) => page.evaluate((data) => window.frames[0].postMessage(data, location.origin), { ...message, ...more });
    await post({});
    await answer("(one) => one.type === 'shown' && one.page === 'p2'");
    const problems = await page.evaluate(() => window.answers.filter((one) => one.type === "problems").map((one) => one.problems.map((problem) => problem.element)));
    assert.deepEqual(problems.slice(0, 2), [["long"], ["gone"]]);
    const frame = page.frames()[1];
    // Around the full hour it may still be the hour before.
    const hour = (at) => String((new Date(at).getUTCHours() + 1) % 24).padStart(2, "0");
    const asked = Date.now();
    const said = (await frame.getByText(/^\d\d$/).textContent()).trim();
    assert.ok([hour(asked - 2_000), hour(Date.now())].includes(said), `${said}, and it is ${hour(asked)}`);

    const still = structuredClone(body);
    still.pages[0].elements[0].text = "Edited";
    await post({ body: still, page: "p1", playing: false });
    await frame.getByText("Edited").waitFor();
    assert.ok(await frame.evaluate(() => document.fonts.check("90px Inter", "Short")));
    await page.waitForTimeout(2_500);
    const pages = await page.evaluate(() => window.answers.filter((one) => one.type === "shown").map((one) => one.page));
    assert.equal(pages[pages.length - 1], "p1", "a page that is not played stays");
    assert.deepEqual(browser.errors, []);
  } finally {
    await browser.close();
    await server.stop();
  }
});
