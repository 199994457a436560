// From the moment at which the take-down call returns until nothing of the content is left on a connected screen.
import { Screencast } from "./screencast.mjs";
import { PHOTO, Stage } from "./stage.mjs";

const ROUNDS = 10;
const stage = await Stage.open();
try {
  const cast = await Screencast.of(stage.browser.page);
  const shows = (now) => now.crop(PHOTO).difference(stage.photo) < 3;
  await cast.first(shows);
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    cast.forget();
    await stage.account.call("POST", `/schedules/${stage.row}/take-down`);
    const called = Date.now();
    // Long enough that the fallback stands alone.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const alone = (await cast.still()).crop(PHOTO);
    times.push(Math.max(0, (await cast.first((now) => now.crop(PHOTO).difference(alone) < 4)) - called));
    // What is drawn from now on counts: the photograph may be back before the call answers.
    cast.forget();
    await stage.schedule();
    await cast.first(shows);
    await stage.account.shown(stage.viewer);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ figure: `take-down call returns until the content is gone from the screen, slowest of ${ROUNDS}`, aim: 1, measured: Number((times[ROUNDS - 1] / 1000).toFixed(3)), unit: "s" }));
} finally {
  await stage.close();
}
