// From opening the viewer's page until the first frame of its content stands whole, its fade over, everything it needs in the browser's storage.
import { Screencast } from "./screencast.mjs";
import { PHOTO, Stage } from "./stage.mjs";

const ROUNDS = 10;
const stage = await Stage.open();
try {
  const { context } = stage.browser;
  let last = stage.browser.page;
  const times = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const page = await context.newPage();
    // A device has one session: the page before would lose it to this one.
    await last.close();
    last = page;
    const cast = await Screencast.of(page);
    const began = Date.now();
    await page.goto(stage.address, { waitUntil: "commit" });
    const shown = await cast.first((now) => now.width >= PHOTO.width && now.crop(PHOTO).difference(stage.photo) < 6);
    // The first round fills the caches of code that the browser keeps.
    if (round > 0) times.push(shown - began);
    await stage.account.shown(stage.viewer);
  }
  times.sort((a, b) => a - b);
  const figure = (name, at) => console.log(JSON.stringify({ figure: `HTML5 viewer, page open to first frame without fade, cache warm, ${name} of ${ROUNDS}`, aim: 0.6, measured: Number((times[at] / 1000).toFixed(3)), unit: "s" }));
  figure("p50", Math.ceil(ROUNDS / 2) - 1);
  figure("slowest", ROUNDS - 1);
} finally {
  await stage.close();
}
