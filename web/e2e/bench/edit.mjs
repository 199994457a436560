// From the moment at which the publish call returns until the changed text is drawn on a connected screen, its media local.
import { Screencast } from "./screencast.mjs";
import { Stage, TEXT } from "./stage.mjs";

const EDITS = 20;
const stage = await Stage.open();
try {
  const cast = await Screencast.of(stage.browser.page);
  await cast.first(() => true);
  const times = [];
  for (let edit = 0; edit < EDITS; edit++) {
    const before = cast.newest.crop(TEXT);
    cast.forget();
    const published = await stage.write(edit % 2 ? "Ferry" : "Boat");
    times.push(Math.max(0, (await cast.first((now) => now.crop(TEXT).difference(before) > 1)) - published));
    await stage.account.shown(stage.viewer);
    // The fade between the texts ends before the next edit begins.
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  times.sort((a, b) => a - b);
  const share = (part) => times[Math.min(times.length - 1, Math.ceil(times.length * part) - 1)] / 1000;
  for (const [name, part, aim] of [["p50", 0.5, 0.3], ["p95", 0.95, 1]]) {
    console.log(JSON.stringify({ figure: `text edit, media local: publish call returns until the pixel changes, ${name} of ${EDITS}`, aim, measured: Number(share(part).toFixed(3)), unit: "s" }));
  }
} finally {
  await stage.close();
}
