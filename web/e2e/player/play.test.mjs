// A screen joins, plays image, film and page in step with the clock, and obeys.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { body, file, makeFonts, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

const media = makeMedia();
const fonts = makeFonts();
const text = (id, words, more = {}) => ({ id, kind: "text", frame: { x: 100, y: 100, w: 1700, h: 300 }, text: words, size: 90, ...more });
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const layers = (page) => page.evaluate(() => [...document.querySelectorAll(".sb-layer")].filter((node) => node.style.opacity === "1").length);

describe("a screen", () => {
  let server;
  let browser;
  before(async () => {
    server = await new PlayerServer().start();
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  test("shows its pairing code, then plays when it is approved, without a click", async () => {
    server.approved = false;
    await browser.page.goto(`${server.origin}/viewer/?token=t1`);
    await browser.page.getByText("K7M").waitFor();
    assert.equal(server.lastDevice.token, "t1");
    assert.equal(new URL(browser.page.url()).search, "", "the token stays in the address");
    assert.match(server.lastDevice.secret, /^[0-9a-f]{64}$/);
    const page = body([{ id: "p1", duration_ms: 3000, background: "#f2efe8", elements: [text("t", "Pier 3", { colour: "#10243a" })] }]);
    server.serve(Object.values(media), fonts, page);
    server.plan = makePlan({ items: [mediaItem("i1", "image", "dawn", 2000), mediaItem("v1", "video", "film", 3000), pageItem("p1", page, "p1", 3000)], media, fonts, bodies: [page] });
    server.approved = true;
    server.greet();
    await server.wait((message) => message.type === "received" && message.plan === server.plan.id);
    await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
    assert.equal(await browser.page.getByText("K7M").count(), 0);
  });

  test("plays image, film and page in order, each at its time", async () => {
    // The first was joined in its middle.
    const complete = () => server.plays.slice(1).filter((play) => play.complete);
    await server.wait(() => complete().length >= 5, { limit: 120_000, what: "five whole plays" });
    const whole = complete();
    const anchor = server.plan.slots[0].anchor;
    const start = { i1: 0, v1: 2000, p1: 5000 };
    const late = whole.map((play) => ((((play.from - anchor) % 8000) + 8000) % 8000) - start[play.item]);
    // How late the frame comes is the machine's affair; before its time nothing may begin.
    assert.ok(late.every((ms) => ms >= -2), `begun ${late} ms after their time`);
    const follower = { i1: "v1", v1: "p1", p1: "i1" };
    for (let at = 1; at < server.plays.length; at++) assert.equal(server.plays[at].item, follower[server.plays[at - 1].item]);
    for (let at = 1; at < whole.length; at++) assert.equal(whole[at].from, whole[at - 1].until, "no gap between two plays");
    assert.deepEqual(browser.errors, []);
  });

  test("the film stands where the clock says", async () => {
    const anchor = server.plan.slots[0].anchor;
    const stands = (after) =>
      browser.page.waitForFunction(
        ([anchor, after]) => {
          const film = [...document.querySelectorAll("video")].find((one) => !one.paused && !one.seeking && one.currentTime > 0.5);
          const should = ((((Date.now() - anchor) % 8000) + 8000) % 8000) / 1000 - 2;
          return film && film.currentTime !== after && Math.abs(film.currentTime - should) < 0.3 && { at: film.currentTime, muted: film.muted };
        },
        [anchor, after], { polling: 20 },
      ).then((found) => found.jsonValue());
    const first = await stands(null);
    // A film that stands still would meet the clock once in each round, but always at the same frame.
    assert.notEqual((await stands(first.at)).at, first.at);
    assert.equal(first.muted, false);
  });

  test("a changed text comes to the screen without waiting for the item to end", async () => {
    const page = body([{ id: "p1", duration_ms: 60_000, background: "#f2efe8", elements: [text("t", "Gate closes 10:40", { colour: "#10243a" })] }]);
    server.serve(page);
    const plan = makePlan({ items: [pageItem("p1", page, "p1", 60_000)], fonts, bodies: [page] });
    server.push(plan);
    await browser.page.waitForFunction(() => [...document.querySelectorAll(".sb-layer")].some((node) => node.style.opacity === "1" && node.textContent.includes("10:40")), null, { polling: 20, timeout: 30_000 });
    await server.wait((message) => message.type === "shown" && message.plan === plan.id);
  });

  test("an element without its media is left out and the rest plays", async () => {
    const page = body([{ id: "p1", duration_ms: 60_000, elements: [text("t", "Still here"), { id: "gone", kind: "image", frame: { x: 0, y: 0, w: 9, h: 9 }, media: "deleted" }, { id: "odd", kind: "hologram", frame: { x: 0, y: 0, w: 9, h: 9 } }] }]);
    server.serve(page);
    server.push(makePlan({ items: [pageItem("p1", page, "p1", 60_000)], fonts, bodies: [page] }));
    await browser.page.getByText("Still here").waitFor();
    assert.equal(await browser.page.locator("img").count(), 0);
  });

  test("an urgent plan clears the screen without waiting for any file, then the caches, and fills in later", async () => {
    const shown = body([{ id: "p1", duration_ms: 60_000, elements: [text("t", "To be taken down")] }]);
    const slow = body([{ id: "p9", duration_ms: 60_000, elements: [text("t", "Please leave the building")] }]);
    server.serve(shown);
    server.push(makePlan({ items: [pageItem("p1", shown, "p1", 60_000)], fonts, bodies: [shown] }));
    await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
    const local = () => browser.page.evaluate((hash) => caches.match(`/media/${hash}`).then(Boolean), shown.facts.hash);
    assert.equal(await local(), true);
    const release = server.hold(slow);
    server.push(makePlan({ items: [pageItem("p9", slow, "p9", 60_000)], fonts, bodies: [slow], urgent: true }));
    await browser.page.waitForFunction(() => !document.body.textContent.includes("To be taken down"), null, { polling: 20 });
    assert.equal(await layers(browser.page), 1, "something stands on the screen");
    await browser.page.waitForFunction((hash) => caches.match(`/media/${hash}`).then((kept) => !kept), shown.facts.hash);
    assert.equal(server.held.size, 1, "all of that came before the new plan had its page");
    release();
    await server.wait((message) => message.type === "incomplete" && message.missing.some((one) => one.hash === slow.facts.hash && one.why === "not_found"));
    server.serve(slow);
    await browser.page.getByText("Please leave").waitFor();
    await server.wait((message) => message.type === "received" && message.plan === server.plan.id);
  });

  test("the old plan plays on until the last file of the new one is there", async () => {
    const old = server.plan;
    const page = body([{ id: "p1", duration_ms: 60_000, elements: [text("t", "Now complete"), { id: "i", kind: "image", frame: { x: 0, y: 400, w: 600, h: 400 }, media: "late" }] }]);
    const late = file(Buffer.concat([media.dawn.bytes, Buffer.from("late")]), "image/jpeg");
    server.serve(page, late);
    const release = server.hold(late);
    server.push(makePlan({ items: [pageItem("p1", page, "p1", 60_000)], media: { late }, fonts, bodies: [page] }));
    // A report that the screen sent after it had asked for the file.
    await server.wait((message) => message.type === "status" && server.requests.includes(`/media/${late.facts.hash}`), { past: false });
    assert.ok(await browser.page.getByText("Please leave").isVisible());
    assert.equal(server.messages.filter((message) => message.type === "status").at(-1).plan, old.id);
    assert.ok(!server.messages.some((message) => message.plan === server.plan.id && message.type !== "incomplete"));
    release();
    await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
    assert.ok(await browser.page.getByText("Now complete").isVisible());
  });

  test("sound is the element's volume times the viewer's, and muted where either is", async () => {
    const frame = { x: 0, y: 0, w: 960, h: 540 };
    const page = body([{ id: "p1", duration_ms: 60_000, elements: [{ id: "a", kind: "video", frame, media: "film", volume: 50 }, { id: "b", kind: "video", frame: { ...frame, x: 960 }, media: "reel", muted: true }] }]);
    server.serve(page);
    const hears = async (viewer, wanted) => {
      server.push(makePlan({ items: [pageItem("p1", page, "p1", 60_000)], media, bodies: [page], viewer }));
      await browser.page.waitForFunction(
        (wanted) => JSON.stringify([...document.querySelectorAll("video")].map((film) => [film.muted, Math.round(film.volume * 100)])) === wanted,
        JSON.stringify(wanted),
      );
    };
    await hears({ volume: 40 }, [[false, 20], [true, 40]]);
    await hears({ volume: 80 }, [[false, 40], [true, 80]]);
    await hears({ volume: 80, muted: true }, [[true, 40], [true, 80]]);
  });

  test("identifies itself, takes a picture, refuses what it does not know", async () => {
    server.send({ type: "command", id: "c1", kind: "identify", seconds: 2 });
    await browser.page.getByText("Gate 4", { exact: true }).waitFor();
    await browser.page.getByText("Gate 4", { exact: true }).waitFor({ state: "detached" });
    server.send({ type: "command", id: "c2", kind: "screenshot" });
    const picture = await server.wait((message) => message.type === "result" && message.command === "c2");
    assert.equal(picture.ok, true, picture.text);
    assert.match(picture.image, /^data:image\/jpeg;base64,.{4000}/);
    server.send({ type: "command", id: "c3", kind: "dance" });
    assert.equal((await server.wait((message) => message.type === "result" && message.command === "c3")).ok, false);
  });

  /** A red mark in the upper left corner of the content, a blue one to the right of it: neither turning nor mirroring leaves them in place. */
  const marks = (width, height) =>
    body([{ id: "p1", duration_ms: 60_000, background: "#ffffff", elements: [{ id: "red", kind: "shape", frame: { x: 0, y: 0, w: 216, h: 384 }, fill: "#e02020" }, { id: "blue", kind: "shape", frame: { x: 216, y: 0, w: 216, h: 96 }, fill: "#2020e0" }] }], { width, height, background: "#ffffff" });
  /** Points of the panel, 1280 by 720, of which the canvas's pixels take two thirds. */
  const TURNS = [
    { rotation: 0, canvas: [1920, 1080], red: [[8, 8], [136, 248]], blue: [[152, 8], [280, 56]], white: [[296, 8], [8, 264], [152, 72], [1272, 8], [8, 712], [1272, 712]] },
    { rotation: 90, canvas: [1080, 1920], red: [[1272, 8], [1032, 136]], blue: [[1272, 152], [1224, 280]], white: [[1272, 296], [1016, 8], [1208, 152], [8, 8], [8, 712], [1272, 712]] },
    { rotation: 180, canvas: [1920, 1080], red: [[1272, 712], [1144, 472]], blue: [[1128, 712], [1000, 664]], white: [[984, 712], [1272, 456], [1128, 648], [8, 8], [1272, 8], [8, 712]] },
    { rotation: 270, canvas: [1080, 1920], red: [[8, 712], [248, 584]], blue: [[8, 568], [56, 440]], white: [[8, 424], [264, 712], [72, 568], [8, 8], [1272, 8], [1272, 712]] },
  ];

  for (const { rotation, canvas, ...colours } of TURNS)
    test(`stands upright on a panel that hangs turned: ${rotation} degrees`, async () => {
      const page = marks(...canvas);
      server.serve(page);
      server.push(makePlan({ items: [pageItem("p1", page, "p1", 60_000, { kind: "cut", ms: 0 })], bodies: [page], viewer: { rotation } }));
      await sees(browser.page, colours);
    });

  test("fits as the viewer's settings say", async () => {
    const page = marks(1080, 1920);
    server.serve(page);
    server.push(makePlan({ items: [pageItem("p1", page, "p1", 60_000, { kind: "cut", ms: 0 })], bodies: [page], viewer: { rotation: 0, fit: "stretch" } }));
    await sees(browser.page, { red: [[8, 8], [248, 136]], blue: [[264, 8], [504, 28]], white: [[264, 44], [8, 152], [520, 8], [1272, 8]] });
  });
});

test("a browser that refuses sound plays muted and says so", async () => {
  const server = await new PlayerServer().start();
  server.serve(Object.values(media));
  server.plan = makePlan({ items: [mediaItem("v1", "video", "film", 3000), mediaItem("i1", "image", "dawn", 2000)], media });
  const browser = await openBrowser({ args: ["--autoplay-policy=document-user-activation-required"] });
  try {
    await browser.page.goto(`${server.origin}/viewer/`);
    await server.wait((message) => message.type === "status" && message.sound === "refused");
    // Asked without a user's gesture, which Playwright's own questions count as: the browser would allow sound from then on.
    const inspector = await browser.page.context().newCDPSession(browser.page);
    const expression = '[...document.querySelectorAll("video")].some((film) => film.muted && !film.paused && film.currentTime > 0.2)';
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { result } = await inspector.send("Runtime.evaluate", { expression, returnByValue: true, userGesture: false });
      if (result.value === true) break;
      assert.ok(Date.now() < deadline, "no film plays muted");
      await wait(100);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
});

/** Waits until every point of the window has its colour. */
async function sees(page, colours, limit = 30_000) {
  const points = Object.values(colours).flat();
  const wanted = Object.entries(colours).flatMap(([name, at]) => at.map(() => name));
  for (const until = Date.now() + limit; ; await wait(50)) {
    const found = await pixels(page, points);
    if (wanted.every((name, at) => name === found[at])) return;
    if (Date.now() > until) assert.deepEqual(found.map((name, at) => `${points[at]}: ${name}`), wanted.map((name, at) => `${points[at]}: ${name}`));
  }
}

/** Names of the colours at points of the window. */
async function pixels(page, points) {
  const data = (await page.screenshot({ type: "png" })).toString("base64");
  return page.evaluate(
    async ([url, at]) => {
      const picture = await createImageBitmap(await (await fetch(url)).blob());
      const canvas = document.createElement("canvas");
      canvas.width = picture.width;
      canvas.height = picture.height;
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0);
      return at.map(([x, y]) => {
        const [r, g, b] = context.getImageData(x, y, 1, 1).data;
        return r > 200 && g < 80 && b < 80 ? "red" : b > 200 && r < 80 && g < 80 ? "blue" : r > 240 && g > 240 && b > 240 ? "white" : `${r},${g},${b}`;
      });
    },
    [`data:image/png;base64,${data}`, points],
  );
}
