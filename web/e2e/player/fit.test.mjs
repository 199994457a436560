// How content of another shape than the screen's fills it: pictures, films and pages, upright and broad, by their pixels.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Picture } from "../story/picture.mjs";
import { openBrowser } from "./browser.mjs";
import { body, file, make } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

const SCREEN = { width: 1280, height: 720 };
/** Neither has the screen's shape; both have even sides, as films demand. */
const SHAPES = { broad: { width: 960, height: 320 }, upright: { width: 360, height: 640 } };
/** Top left, top right, bottom left, bottom right. */
const COLOURS = [[208, 32, 32], [32, 176, 48], [40, 56, 208], [224, 200, 40]];
/** Beside a picture or a film the screen is black; a page goes on in its own background. */
const BESIDE = { picture: [0, 0, 0], film: [0, 0, 0], page: [16, 96, 112] };
const hex = (colour) => colour.map((one) => one.toString(16).padStart(2, "0")).join("");

/** Four quarters, each of one colour. */
const quarters = ({ width, height }) => {
  const quarter = COLOURS.map((colour) => `color=c=0x${hex(colour)}:s=${width / 2}x${height / 2}:r=25:d=2`);
  return ["-filter_complex", `${quarter.map((one, at) => `${one}[q${at}]`).join(";")};[q0][q1]hstack[top];[q2][q3]hstack[low];[top][low]vstack`];
};
const picture = (name, shape) => file(make(`quarters-${name}.png`, [...quarters(shape), "-frames:v", "1"]), "image/png", shape);
const film = (name, shape) =>
  file(make(`quarters-${name}.mp4`, [...quarters(shape), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]), "video/mp4", { ...shape, duration_ms: 2000 });
const page = (shape) => {
  const [w, h] = [shape.width / 2, shape.height / 2];
  const elements = COLOURS.map((colour, at) => ({ id: `q${at}`, kind: "shape", shape: "rectangle", frame: { x: (at % 2) * w, y: at < 2 ? 0 : h, w, h }, fill: `#${hex(colour)}` }));
  return body([{ id: "p1", duration_ms: 60_000, elements }], { ...shape, background: `#${hex(BESIDE.page)}` });
};

/** The colour that belongs at a place of the screen; none beside the content. */
function wanted(fit, shape, x, y) {
  const [across, down] = [SCREEN.width / shape.width, SCREEN.height / shape.height];
  const one = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  const [scaleX, scaleY] = fit === "stretch" ? [across, down] : [one, one];
  const [left, top] = [(x - SCREEN.width / 2) / scaleX, (y - SCREEN.height / 2) / scaleY];
  if (Math.abs(left) > shape.width / 2 || Math.abs(top) > shape.height / 2) return null;
  return COLOURS[(left > 0 ? 1 : 0) + (top > 0 ? 2 : 0)];
}

/** Places all over the screen, none of them within a few pixels of an edge between two colours. */
function places(fit, shape) {
  const found = [];
  for (let x = 10; x < SCREEN.width; x += 28) {
    for (let y = 10; y < SCREEN.height; y += 28) {
      const round = [[-8, -8], [8, -8], [-8, 8], [8, 8]].map(([right, down]) => wanted(fit, shape, x + right, y + down));
      if (round.every((one) => one === round[0])) found.push({ x, y, colour: round[0] });
    }
  }
  return found;
}

describe("contain, cover and stretch", () => {
  let server;
  let browser;
  before(async () => {
    server = await new PlayerServer().start();
    browser = await openBrowser(SCREEN);
    await browser.page.goto(`${server.origin}/viewer/`);
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  for (const [name, shape] of Object.entries(SHAPES)) {
    const media = { picture: picture(name, shape), film: film(name, shape) };
    const drawn = page(shape);
    const items = { picture: mediaItem("i", "image", "picture", 60_000), film: mediaItem("v", "video", "film", 60_000), page: pageItem("p", drawn, "p1", 60_000) };
    for (const [kind, item] of Object.entries(items)) {
      for (const fit of ["contain", "cover", "stretch"]) {
        test(`${name} ${kind}: ${fit}`, async () => {
          server.serve(Object.values(media), drawn);
          const plan = makePlan({ items: [item], media, bodies: [drawn], viewer: { fit } });
          server.push(plan);
          await server.wait((message) => message.type === "shown" && message.plan === plan.id);
          const sought = places(fit, shape);
          const beside = sought.filter(({ colour }) => colour === null).length;
          assert.ok(sought.length > 300 && (fit === "contain" ? beside > 50 : beside === 0), `${sought.length} places, ${beside} beside it`);
          // A fade may not be over yet.
          let wrong;
          for (const end = Date.now() + 30_000; Date.now() < end; ) {
            const seen = Picture.ofPng(await browser.page.screenshot());
            wrong = sought.filter(({ x, y, colour }) => seen.mean(x, y, 1, 1).some((value, channel) => Math.abs(value - (colour ?? BESIDE[kind])[channel]) > 40));
            if (wrong.length === 0) return;
          }
          assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${sought.length} places have another colour`);
        });
      }
    }
  }

  test("nothing went wrong", () => assert.deepEqual(browser.errors, []));
});
