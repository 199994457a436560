// A screen and its servers, by an address of the network: its page stays where it was opened, and goes to whoever answers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lanAddress } from "./address.mjs";
import { openBrowser } from "./browser.mjs";
import { makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";
import { makeTrust } from "./trust.mjs";

const media = makeMedia();
const one = (id) => makePlan({ items: [mediaItem(id, "image", id, 60_000)], media: { [id]: media[id] } });
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isHello = (message) => message.type === "hello";

/** Two servers that know each other, the first one the screen's own. */
async function pair(options) {
  const servers = [new PlayerServer(options), new PlayerServer(options)];
  for (const server of servers) await server.start();
  const [main, backup] = servers;
  const list = servers.map((server, at) => ({ id: `server-${at}`, name: `Server ${at}`, roots: [`${server.origin}/`] }));
  servers.forEach((server, at) => {
    server.house = { server: `server-${at}`, servers: list, return_after_s: 2, return_within_s: 1 };
    server.origins = [main.origin, backup.origin];
    server.plan = { ...one("dawn"), position: [{ actor: { server: "server-0", incarnation: 0 }, seq: 5 }] };
  });
  main.serve(Object.values(media));
  return { main, backup };
}

describe("over HTTPS with trusted certificates", () => {
  const address = lanAddress();
  let main;
  let backup;
  let browser;
  let first;
  before(async () => {
    const trust = makeTrust(address);
    ({ main, backup } = await pair({ host: address, tls: trust.tls }));
    browser = await openBrowser({ env: { ...process.env, HOME: trust.home } });
    await browser.page.goto(`${main.origin}/viewer/`);
    first = await main.wait(isHello);
    await main.wait((message) => message.type === "shown");
  });
  after(async () => {
    await browser.close();
    await main.stop();
    await backup.stop();
  });

  test("its server stops: the next one serves it, with a higher number and what its plan was made from", async () => {
    await main.stop();
    const hello = await backup.wait(isHello, { limit: 20_000 });
    assert.equal(hello.plan, main.plan.id);
    assert.ok(hello.epoch > first.epoch, `${hello.epoch} after ${first.epoch}`);
    assert.deepEqual(hello.position, main.plan.position);
    assert.deepEqual(backup.requests.filter((path) => path.startsWith("/media/")), [], "what is kept is kept by its hash");
  });

  test("no cookie goes there", () => {
    assert.deepEqual([backup.lastDevice.cookie, backup.lastDevice.token], [undefined, undefined]);
    assert.equal(backup.lastDevice.device, main.lastDevice.device);
  });

  test("a new plan comes with files that only this server has", async () => {
    backup.serve(Object.values(media));
    backup.push(one("dusk"));
    await backup.wait((message) => message.type === "shown" && message.plan === backup.plan.id);
    assert.ok(backup.requests.includes(`/media/${media.dusk.facts.hash}`));
  });

  test("an order of another session is not obeyed", async () => {
    const { epoch } = await backup.wait(isHello);
    backup.send({ type: "command", id: "a", kind: "screenshot", epoch: epoch - 1 });
    assert.equal((await backup.wait((message) => message.type === "result" && message.command === "a")).ok, false);
    backup.send({ type: "command", id: "b", kind: "screenshot", epoch });
    assert.equal((await backup.wait((message) => message.type === "result" && message.command === "b")).ok, true);
  });

  test("it is reloaded without its server: the page comes from its own store and goes on", async () => {
    backup.messages.length = 0;
    await browser.page.reload();
    const hello = await backup.wait(isHello, { limit: 30_000 });
    assert.equal(hello.plan, backup.plan.id);
    await browser.page.waitForFunction(() => [...document.querySelectorAll("img")].some((image) => image.complete && image.naturalWidth > 0));
  });

  test("its own server is back: it returns after a while", async () => {
    main.messages.length = 0;
    main.plan = backup.plan;
    await main.start();
    const began = Date.now();
    const hello = await main.wait(isHello, { limit: 30_000 });
    assert.ok(Date.now() - began >= 1_500, "it was well for a while");
    assert.equal(hello.plan, backup.plan.id);
    assert.deepEqual(browser.errors, []);
  });
});

test("over plain HTTP it goes on while the page is open, and is not reloaded into nothing", async () => {
  const { main, backup } = await pair({ host: lanAddress() });
  const browser = await openBrowser();
  try {
    await browser.page.goto(`${main.origin}/viewer/`);
    await main.wait((message) => message.type === "shown");
    await main.stop();
    const { epoch } = await backup.wait(isHello, { limit: 20_000 });
    backup.send({ type: "command", id: "a", kind: "reload", epoch });
    const result = await backup.wait((message) => message.type === "result");
    assert.equal(result.ok, false);
    assert.match(result.text, /does not answer/);
    assert.ok(await browser.page.evaluate(() => [...document.querySelectorAll("img")].some((image) => image.complete && image.naturalWidth > 0)));
  } finally {
    await browser.close();
    await backup.stop();
  }
});

test("another machine at the address of a server is left again, and its plan not taken", async () => {
  const { main, backup } = await pair({ host: lanAddress() });
  backup.house = { ...backup.house, server: "a stranger" };
  backup.serve(Object.values(media));
  backup.plan = one("dusk");
  const browser = await openBrowser();
  try {
    await browser.page.goto(`${main.origin}/viewer/`);
    await main.wait((message) => message.type === "shown");
    await main.stop();
    await backup.wait(isHello, { limit: 20_000 });
    await wait(3_000);
    assert.equal(backup.sessions.size, 0);
    assert.deepEqual(backup.messages.filter((message) => message.type === "received"), []);
    main.messages.length = 0;
    await main.start();
    assert.equal((await main.wait(isHello, { limit: 60_000 })).plan, main.plan.id);
    const said = (message) => message.type === "status" && message.errors.some((error) => error.code === "servers.other");
    await main.wait(said, { limit: 40_000 });
  } finally {
    await browser.close();
    await main.stop();
    await backup.stop();
  }
});
