// From opening the viewer's page in a browser that was just switched on, its server out of reach, until the photograph of its content is drawn.
// Prints a row as the benches do: `node player/power_on.mjs`.
import { openBrowser } from "./browser.mjs";
import { lanAddress } from "./address.mjs";
import { body, makeFonts, makeMedia } from "./fixtures.mjs";
import { keepDrawing } from "./keep_drawing.mjs";
import { makePlan, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";
import { makeTrust } from "./trust.mjs";
import { Screencast } from "../bench/screencast.mjs";

const ROUNDS = Number(process.argv[2]) || 10;
const SIZE = { width: 480, height: 270 };
/** A point of the photograph, where the ground of the page and of the boot screen have another colour. */
const SPOT = { x: 20, y: 20, width: 20, height: 20 };

/** Dawn's upper left corner is a light orange. */
const shows = (picture) => {
  if (picture.width < SIZE.width) return false;
  const [red, green, blue] = picture.crop(SPOT).mean();
  return red > 220 && green > 150 && blue < 110;
};

const address = lanAddress();
const trust = makeTrust(address);
const env = { ...process.env, HOME: trust.home };
const media = makeMedia();
const fonts = makeFonts();
const page = body([
  { id: "p1", duration_ms: 3_600_000, elements: [
    { id: "i", kind: "image", media: "dawn", fit: "stretch", frame: { x: 0, y: 0, w: 1920, h: 540 } },
    { id: "t", kind: "text", text: "Ferry", size: 300, weight: 800, frame: { x: 0, y: 560, w: 1920, h: 400 } },
  ] },
]);
const server = await new PlayerServer({ host: address, tls: trust.tls }).start();
server.serve(Object.values(media), fonts, page);
server.plan = makePlan({ items: [pageItem("p1", page, "p1", 3_600_000)], media, fonts, bodies: [page] });
let browser = await openBrowser({ ...SIZE, env });
try {
  const { profile } = browser;
  await browser.page.goto(`${server.origin}/viewer/`);
  await server.wait((message) => message.type === "shown");
  await server.stop();
  const times = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await browser.close(false);
    browser = await openBrowser({ ...SIZE, profile, env });
    await browser.page.addInitScript(keepDrawing);
    const cast = await Screencast.of(browser.page);
    const began = Date.now();
    await browser.page.goto(`${server.origin}/viewer/`, { waitUntil: "commit" });
    const shown = await cast.first(shows);
    // The first round fills the caches of code that the browser keeps.
    if (round > 0) times.push(shown - began);
  }
  times.sort((a, b) => a - b);
  const figure = (name, at) => console.log(JSON.stringify({ figure: `HTML5 viewer over HTTPS, switched on without server, page open to first frame, ${name} of ${ROUNDS}`, aim: 0.6, measured: Number((times[at] / 1000).toFixed(3)), unit: "s" }));
  figure("p50", Math.ceil(ROUNDS / 2) - 1);
  figure("slowest", ROUNDS - 1);
} finally {
  await browser.close();
}
