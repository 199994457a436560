// The demo: every screen plays in a fresh browser by its address alone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Screen, SIZE } from "./screen.mjs";
import { Server } from "./server.mjs";

const SCREENS = 4;
/** How long each screen is watched, in milliseconds: longer than its shortest item. */
const WATCH = 14_000;

/** The part of the pixels that is clearly lighter than black. */
function light(picture) {
  let count = 0;
  for (let at = 0; at < picture.data.length; at += 3) if (Math.max(picture.data[at], picture.data[at + 1], picture.data[at + 2]) > 40) count += 1;
  return (count * 3) / picture.data.length;
}

describe("the demo", () => {
  const server = new Server(["--demo"]);
  let addresses;

  before(async () => {
    await server.start();
    await server.said(/Stop with Ctrl C/);
    addresses = [...server.output.matchAll(/(http\S+\/viewer\/\?token=\S+) +(\S.*)/g)].map(([, address, name]) => ({ address, name }));
  });
  after(() => server.remove());

  for (let number = 0; number < SCREENS; number++) {
    test(`screen ${number + 1} of ${SCREENS}`, async () => {
      assert.equal(addresses.length, SCREENS);
      const { address, name } = addresses[number];
      const began = Date.now();
      const upright = name === "Wayfinding";
      const screen = await Screen.open(address, undefined, upright ? { width: SIZE.height, height: SIZE.width } : SIZE);
      try {
        // Content, not a page of the player's own: those have other class names.
        await screen.page.locator(".sb-layer img, .sb-layer video, .sb-layer [lang]").first().waitFor({ state: "attached", timeout: 20_000 });
        const { picture } = await screen.until((one) => light(one) > 0.1, name);
        console.log(`${name}: ${Date.now() - began} ms from opening the address, ${(light(picture) * 100).toFixed(0)} % light`);
        let dark = 1;
        const looks = new Set();
        for (const until = Date.now() + WATCH; Date.now() < until; ) {
          const now = await screen.look();
          dark = Math.min(dark, light(now));
          looks.add(now.mean().map(Math.round).join());
        }
        console.log(`${name}: ${looks.size} different looks, the darkest ${(dark * 100).toFixed(0)} % light`);
        assert.ok(dark > 0.05, `${name} was nearly black: ${dark}`);
        assert.equal(await screen.page.locator(".own").count(), 0, "a page of the player's own stands above");
        assert.deepEqual(screen.words, []);
        assert.deepEqual(screen.errors, []);
      } finally {
        await screen.close();
      }
    });
  }
});
