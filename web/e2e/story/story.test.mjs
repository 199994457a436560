// The whole way on the real server: from the set-up link to a screen that shows what was uploaded, without network too.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { Administrator } from "./administrator.mjs";
import { decode, makeFilm, makePhoto, RATE, readNumber } from "./footage.mjs";
import { Screen, SIZE } from "./screen.mjs";
import { Server } from "./server.mjs";
import { steps } from "./step.mjs";
import { trustedBy } from "./trust.mjs";

const CANVAS = { width: 1920, height: 1080 };
const PHOTO = { x: 60, y: 60, w: 720, h: 540 };
const FILM = { x: 840, y: 60, w: 960, h: 540 };
const TEXT = { x: 60, y: 690, w: 1800, h: 300 };
const FILM_SECONDS = 8;
/** Whole rounds of the film, so that its frames count on where the page begins again. */
const PAGE_SECONDS = 8 * FILM_SECONDS;
/** How far the film may be from where the clock says it is, in milliseconds: what a screenshot takes on a busy machine, and its pace. */
const SLACK = 600;
/** How long a screen waits for a server that says nothing, in milliseconds (docs/protocols/viewer-session.md). */
const SILENCE = 15_000;

/** Where a frame of the canvas is on the screen; both have the same shape. */
const onScreen = ({ x, y, w, h }) => {
  const scale = SIZE.width / CANVAS.width;
  return { x: Math.round(x * scale), y: Math.round(y * scale), width: Math.round(w * scale), height: Math.round(h * scale) };
};
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the story of an installation", () => {
  const folder = mkdtempSync(join(tmpdir(), "signboard-footage-"));
  const server = new Server();
  let photo, film, ada, screen, plain, env, row, viewer, presentation, oldText;

  let wantedPhoto;
  const photoShown = (picture) => picture.crop(onScreen(PHOTO)).difference((wantedPhoto ??= decode(photo, onScreen(PHOTO).width, onScreen(PHOTO).height)));
  const numberOf = (picture) => readNumber(picture.crop(onScreen(FILM)));
  const textOf = (picture) => picture.crop(onScreen(TEXT));
  const showsAll = (picture) => photoShown(picture) < 4 && numberOf(picture) !== null;

  const step = steps();

  before(async () => {
    photo = makePhoto(folder);
    film = makeFilm(folder, FILM_SECONDS);
    await server.start();
    ada = await Administrator.at(server.local);
  });
  after(async () => {
    await plain?.close();
    await screen?.close();
    await ada?.close();
    await server.remove();
    if (env) rmSync(env.HOME, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  step("the set-up link leads to an installation with an administrator, once", async () => {
    const [link] = await server.said(/http:\S+\/setup\?link=\S+/);
    await ada.setUp(link);
    const again = await fetch(`${server.local}/api/v1/setup`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ link: link.split("=")[1], name: "x", language: "en", zone: "UTC", public_address: server.local, login: "eve", password: "no boats leave", user_name: "Eve" }) });
    assert.equal(again.status, 409);
    await ada.signOut();
    await ada.signIn();
    assert.equal((await ada.call("GET", "/session")).user.login, "ada");
  });

  step("a photograph and a film are uploaded", async () => {
    for (const line of await ada.upload(photo, film)) assert.match(line, /Done/);
    const { items } = await ada.call("GET", "/media?sort=name");
    assert.deepEqual(items.map(({ mime, width, height, duration_ms, has_audio }) => ({ mime, width, height, duration_ms, has_audio })), [
      { mime: "video/mp4", width: 1280, height: 720, duration_ms: FILM_SECONDS * 1000, has_audio: true },
      { mime: "image/jpeg", width: 1600, height: 1200, duration_ms: 0, has_audio: false },
    ]);
  });

  step("a presentation is made of them and published", async () => {
    presentation = await ada.makePresentation("Noon");
    await ada.enter({ Duration: PAGE_SECONDS });
    await ada.addMedia("pier at noon", PHOTO);
    await ada.addMedia("evening ferry", FILM);
    await ada.addText("Ferry 12:10", TEXT, 200);
    await ada.publish();
    const { items } = await ada.call("GET", `/revisions?presentation=${presentation}`);
    assert.equal(items.length, 1);
    const body = await ada.call("GET", `/revisions/${items[0].id}/body`);
    assert.deepEqual(body.pages[0].elements.map(({ kind, frame }) => ({ kind, frame })), [{ kind: "image", frame: PHOTO }, { kind: "video", frame: FILM }, { kind: "text", frame: TEXT }]);
  });

  step("it is scheduled", async () => {
    row = await ada.schedule("Noon");
  });

  step("a screen in the network shows a code, and its place once that is approved", async () => {
    env = await trustedBy(server);
    screen = await Screen.open(`${server.secure}/viewer/`, env);
    const code = await screen.code();
    assert.match(code, /^[2-9A-HJ-NP-Z]{6}$/);
    viewer = await ada.approve(code, "Gate 4");
    const { ms } = await screen.until(showsAll, "photograph and film");
    console.log(`approval to first picture: ${ms} ms`);
  });

  step("what it shows is what was uploaded", async () => {
    const place = onScreen(FILM);
    const filmShown = (picture) => {
      const shown = picture.crop(place);
      const number = numberOf(picture);
      if (number === null) return 255;
      // The strip may be read one frame off while the browser changes frames.
      return Math.min(...[-1, 0, 1].map((step) => shown.difference(decode(film, place.width, place.height, (Math.max(0, number + step) + 0.5) / RATE))));
    };
    // Not before the page has faded in.
    const { picture } = await screen.until((now) => photoShown(now) < 1, "the photograph as it was uploaded");
    const difference = filmShown(picture);
    console.log(`mean difference of 255: photograph ${photoShown(picture).toFixed(2)}, film at frame ${numberOf(picture)} ${difference.toFixed(2)}`);
    assert.ok(difference < 8, `frame ${numberOf(picture)} differs by ${difference}`);
  });

  step("the film is where the clock says it is, again and again", async () => {
    const [slot] = await ada.call("GET", `/viewers/${viewer}/timetable?from=${Date.now()}&until=${Date.now() + 1000}`);
    const seen = new Set();
    const frames = (ms) => (ms * RATE) / 1000;
    for (let round = 0; round < 6; round++) {
      await wait(700);
      let began = Date.now();
      // A busy machine may show an old frame for a while: it comes to the right one, every time.
      const { found } = await screen.until((picture) => {
        const ended = Date.now();
        const number = numberOf(picture);
        const at = (((began - slot.anchor) % (PAGE_SECONDS * 1000)) % (FILM_SECONDS * 1000)) * (RATE / 1000);
        const ahead = number === null ? NaN : ((number - at + FILM_SECONDS * RATE * 1.5) % (FILM_SECONDS * RATE)) - (FILM_SECONDS * RATE) / 2;
        const fits = ahead > -frames(SLACK) && ahead < frames(ended - began + SLACK);
        const line = `frame ${number}, the clock at the start of the look ${at.toFixed(1)}, look ${ended - began} ms`;
        began = Date.now();
        return fits && { number, line };
      }, "the film where the clock says");
      seen.add(found.number);
      console.log(found.line);
    }
    assert.ok(seen.size >= 5, `only frames ${[...seen]}`);
  });

  step("a changed text is seen after publishing", async () => {
    oldText = textOf(await screen.look());
    await ada.edit(presentation, "Ferry 12:10");
    await ada.write("Boat 18:45 W");
    assert.ok(textOf(await screen.look()).difference(oldText) < 1, "a draft is not on the screen");
    const place = screen.log.length;
    const at = await ada.publish();
    const { picture } = await screen.until((now) => textOf(now).difference(oldText) > 6, "another text");
    console.log(`publish call to changed pixels: at most ${Date.now() - at} ms`);
    assert.ok(showsAll(picture), "the rest stays");
    const said = await screen.shownSince(place);
    assert.deepEqual([said[0], said.filter((one) => one === "shown").length], ["plan", 1]);
    assert.ok(said.includes("received"), "shown, but never received");
    // The server's word for it comes from the screen's.
    await ada.status(viewer, (one) => one.plan?.state === "shown");
  });

  step("taken down, it is off the screen as soon as the screen says so, and the server knows", async () => {
    const { items } = await ada.call("GET", "/media");
    const kept = async () => {
      const names = await screen.page.evaluate(async () => (await (await caches.open("signboard-media")).keys()).map((one) => one.url.split("/").pop()));
      return items.filter((one) => names.includes(one.hash)).map((one) => one.name);
    };
    assert.equal((await kept()).length, 2);
    const place = screen.log.length;
    const { at, viewers } = await ada.takeDown(row);
    assert.deepEqual(viewers, { told: [{ id: viewer, name: "Gate 4" }], offline: [], hidden: 0 });
    const said = await screen.shownSince(place);
    console.log(`take-down call to the screen's word: at most ${Date.now() - at} ms`);
    assert.equal(said[0], "urgent plan");
    // The first look after the screen's word: it waited for nothing, and nothing of it shines through.
    const after = await screen.look();
    assert.ok(photoShown(after) > 20 && numberOf(after) === null, "the content still stands there");
    // Its files leave the browser too.
    for (const end = Date.now() + 60_000; (await kept()).length > 0; await wait(100)) assert.ok(Date.now() < end, `the browser still keeps ${await kept()}`);
    await ada.status(viewer, (one) => one.plan?.state === "shown");
    const mean = (await screen.look()).mean().reduce((sum, one) => sum + one) / 3;
    assert.ok(mean > 12, `the fallback is nearly black: ${mean}`);
  });

  step("scheduled again, it comes back", async () => {
    row = await ada.schedule("Noon");
    await screen.until(showsAll, "photograph and film again");
  });

  step("pages of three seconds make records faster", async () => {
    await ada.open(presentation);
    await ada.enter({ Duration: 3 });
    await ada.publish();
    await screen.moreRecords(2);
  });

  step("neither page has complained so far", () => {
    assert.deepEqual([ada.words, ada.browser.errors], [[], []]);
    assert.deepEqual([screen.words, screen.errors], [[], []]);
  });

  step("the network swallows every packet: it plays on, and after a reload; once it is whole, it is connected again", async () => {
    assert.equal((await ada.status(viewer, (one) => one.plan?.state === "shown")).storage_level, "persistent");
    const before = screen.records.length;
    const began = Date.now();
    let heard;
    const answered = new Promise((resolve) => (heard = resolve));
    server.freeze();
    try {
      // Nobody hangs up: that the server is gone, the screen finds by its silence, and knocks anew.
      const knocks = screen.page.waitForRequest((one) => one.url().endsWith("/api/v1/viewer/device"), { timeout: SILENCE + 30_000 });
      let given = null;
      knocks.then(() => (given = Date.now() - began), () => {});
      const seen = new Set();
      while (given === null && Date.now() - began < SILENCE + 30_000) {
        seen.add(numberOf((await screen.until(showsAll, "photograph and film while nothing is heard")).picture));
        await wait(500);
      }
      await knocks;
      console.log(`the silent server was given up after ${given} ms, ${seen.size} frames seen until then`);
      assert.ok(seen.size >= 5, `the film stands still: ${[...seen]}`);
      screen.page.on("websocket", (socket) => socket.on("framereceived", () => heard(Date.now())));
      await screen.page.reload();
      await screen.until(showsAll, "photograph and film after a reload while nothing is heard");
      const first = numberOf(await screen.look());
      await wait(1000);
      assert.notEqual(numberOf(await screen.look()), first, "the film stands still");
      assert.equal(await Promise.race([answered, "silence"]), "silence", "the server spoke while it was stopped");
    } finally {
      server.thaw();
    }
    const whole = Date.now();
    const at = await Promise.race([answered, wait(60_000)]);
    assert.ok(at, "no session within a minute");
    console.log(`connected again after ${at - whole} ms`);
    await screen.moreRecords(1, before);
    await screen.allAcknowledged();
    await ada.status(viewer, (one) => one.online && one.plan?.state === "shown");
  });

  step("the server is cut off: it plays on, and after a reload", async () => {
    assert.equal((await ada.status(viewer, (one) => one.plan?.state === "shown")).storage_level, "persistent");
    await server.stop("SIGKILL");
    await wait(1500);
    await screen.until(showsAll, "photograph and film after the cut");
    await screen.page.reload();
    await screen.until(showsAll, "photograph and film without server");
    const first = numberOf(await screen.look());
    await wait(1000);
    assert.notEqual(numberOf(await screen.look()), first, "the film stands still");
  });

  step("it is switched off and on without server: it plays", async () => {
    await screen.restart();
    await screen.until(showsAll, "photograph and film after power-off");
    await wait(5000);
  });

  step("the server is back: the screen reports, and no play record is lost or doubled", async () => {
    const before = screen.records.length;
    await server.start();
    await ada.page.reload();
    await ada.status(viewer, (one) => one.online);
    await screen.moreRecords(3, before);
    await ada.takeDown(row);
    await screen.until((picture) => photoShown(picture) > 20, "the fallback");
    const last = await screen.allAcknowledged();
    const stored = await ada.plays(viewer);
    const key = ({ from, until, item }) => `${from} ${until} ${item}`;
    const sent = new Map(screen.records.map((record) => [`${record.stream} ${record.n}`, record]));
    for (const stream of last.keys()) {
      const numbers = [...sent.values()].filter((record) => record.stream === stream).map((record) => record.n).sort((a, b) => a - b);
      assert.deepEqual(numbers, numbers.map((_, at) => at + 1), `gaps in stream ${stream}`);
    }
    assert.equal(new Set(stored.map(key)).size, stored.length, "doubled records");
    assert.deepEqual(stored.map(key).sort(), [...sent.values()].map(key).sort());
    const inOrder = [...sent.values()].sort((a, b) => a.from - b.from);
    const holes = inOrder.slice(1).map((record, at) => record.from - inOrder[at].until);
    console.log(`between records: ${holes.join(", ")} ms`);
    assert.ok(holes.every((hole) => hole >= 0), "records overlap");
    // Nothing is recorded while the fallback stands, from each of two reloads to the first frame, and while it is switched off.
    assert.ok(holes.filter((hole) => hole > 0).length <= 4, "time without record");
    console.log(`${stored.length} play records, ${screen.records.length} sent in all`);
  });

  step("over plain HTTP a screen says what it cannot, and plays on while its page stays open", async () => {
    await screen.close();
    await ada.schedule("Noon");
    plain = await Screen.open(`${server.plain}/viewer/`);
    const second = await ada.approve(await plain.code(), "Gate 5");
    await plain.until(showsAll, "photograph and film over plain HTTP");
    assert.equal((await ada.status(second, (one) => one.plan?.state === "shown")).storage_level, "page");
    assert.deepEqual([plain.words, plain.errors], [[], []]);
    await server.stop("SIGKILL");
    await wait(3500);
    await plain.until(showsAll, "photograph and film without server");
    assert.deepEqual(plain.errors, []);
  });

  step("nothing went wrong without the server either", () => {
    assert.deepEqual(ada.browser.errors, []);
    assert.deepEqual(screen.errors, []);
  });
});
