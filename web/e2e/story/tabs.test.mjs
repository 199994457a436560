// Eight tabs of one browser on the real server, over plain HTTP/1.1 by an address of the network: all stay live, by one event stream.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, LOGIN, PASSWORD } from "../bench/account.mjs";
import { openBrowser } from "../player/browser.mjs";
import { Server } from "./server.mjs";
import { Wire } from "./wire.mjs";

const EVENTS = "/api/v1/events";
const TABS = 8;
const PATIENCE = 60_000;

async function until(holds, what) {
  const end = Date.now() + PATIENCE;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function eightTabs(context, prepare) {
  const server = await new Server().start();
  const wire = await Wire.to(server.http, server.lan);
  const browser = await openBrowser({ locale: "en-GB", reducedMotion: "reduce" });
  context.after(async () => {
    await browser.close();
    await wire.close();
    await server.remove();
  });
  const account = new Account(server.local);
  await account.setUp((await server.said(/setup\?link=(\S+)/))[1]);
  const presentation = (await account.call("POST", "/presentations", { name: "Ferries" })).value.id;
  const rename = (name) => account.call("PATCH", `/presentations/${presentation}`, { name });
  const see = (tabs, name) => Promise.all(tabs.map((tab) => tab.getByText(name, { exact: true }).first().waitFor()));
  browser.context.setDefaultTimeout(PATIENCE);
  await prepare(browser.context);

  const tabs = [];
  for (let count = 0; count < TABS; count++) {
    const tab = await browser.context.newPage();
    tabs.push(tab);
    await tab.goto(`${wire.address}/presentations`);
    if (count === 0) {
      await tab.getByLabel("Sign-in name").fill(LOGIN);
      await tab.getByLabel("Password").fill(PASSWORD);
      await tab.getByRole("button", { name: "Sign in" }).click();
      await tab.waitForURL((url) => url.pathname === "/presentations");
    }
    await tab.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
  }
  assert.equal(await tabs[0].evaluate(() => isSecureContext), false, "the address counts as localhost");
  await see(tabs, "Ferries");
  await until(() => wire.open(EVENTS) === 1, () => `one stream for all tabs, but ${wire.open(EVENTS)}`);
  await rename("Ferries north");
  await see(tabs, "Ferries north");

  // Those close that may hold the stream: the others go on.
  for (const tab of tabs.splice(0, 2)) await tab.close();
  await rename("Ferries south");
  await see(tabs, "Ferries south");
  await until(() => wire.open(EVENTS) === 1, () => `one stream for the rest, but ${wire.open(EVENTS)}`);
  // Whoever leaves takes nothing along: no tab, no stream.
  for (const tab of tabs) await tab.goto("about:blank");
  await until(() => wire.open(EVENTS) === 0, () => `no tab, and ${wire.open(EVENTS)} streams`);
  assert.deepEqual(browser.errors, []);
}

test("eight tabs share one stream of the server through the shared worker", (context) => eightTabs(context, async () => {}));

test("eight tabs share one stream of the server by election where there is no shared worker", (context) =>
  eightTabs(context, (browser) => browser.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"))));
