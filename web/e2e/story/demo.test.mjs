// The demo: every screen plays in a fresh browser by its address alone, one of them by the address that other machines are told.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Administrator } from "./administrator.mjs";
import { Screen, SIZE } from "./screen.mjs";
import { Server } from "./server.mjs";

/** Those of the demo, and the first once more by an address of the network. */
const SCREENS = 5;
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
    const found = [...server.output.matchAll(/(http\S+\/viewer\/\?token=\S+) +(\S.*)/g)].map(([, address, name]) => ({ address, name }));
    addresses = found.filter(({ address }) => address.startsWith(server.local));
    const elsewhere = found.find(({ address }) => /^http:\/\/\d+\.\d+\.\d+\.\d+:/.test(address));
    assert.ok(elsewhere?.address.includes(`:${server.http}/`), `other machines are told no address:\n${server.output}`);
    addresses.push(elsewhere);
  });
  after(() => server.remove());

  test("every page of the admin opens without a complaint", async () => {
    const [, login, password] = await server.said(/sign in as (\S+) with the password (\S+)/);
    const person = await Administrator.at(server.local);
    try {
      await person.signIn(login, password);
      const links = await person.page.getByRole("navigation").first().getByRole("link").evaluateAll((all) => all.map((one) => new URL(one.href).pathname));
      assert.ok(links.length >= 7, `only ${links}`);
      for (const path of new Set(["/", ...links])) {
        await person.page.goto(`${server.local}${path}`);
        await person.page.getByRole("heading", { level: 1 }).waitFor();
        await person.page.waitForLoadState("load");
        await person.page.waitForTimeout(500);
        assert.deepEqual([path, person.words, person.browser.errors], [path, [], []]);
      }
    } finally {
      await person.close();
    }
  });

  for (let number = 0; number < SCREENS; number++) {
    test(`screen ${number + 1} of ${SCREENS}`, async () => {
      assert.equal(addresses.length, SCREENS);
      const { address, name } = addresses[number];
      const began = Date.now();
      const upright = name === "Wayfinding";
      const screen = await Screen.open(address, undefined, upright ? { width: SIZE.height, height: SIZE.width } : SIZE);
      try {
        // Content, not a page of the player's own: those have other class names.
        await screen.page.locator(".sb-layer img, .sb-layer video, .sb-layer [lang]").first().waitFor({ state: "attached", timeout: 60_000 });
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
