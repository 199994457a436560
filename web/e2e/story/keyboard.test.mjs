// The whole way by keyboard alone on the real server: sign in, make a page with a text, publish it, schedule it. Nothing is clicked, and the focus is seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, LOGIN, PASSWORD } from "../bench/account.mjs";
import { openBrowser } from "../player/browser.mjs";
import { Keyboard } from "./keyboard.mjs";
import { Server } from "./server.mjs";

const PATIENCE = 30_000;

for (const colorScheme of ["light", "dark"])
  test(`from signing in to a row of the schedule without a mouse: ${colorScheme}`, async (context) => {
    const server = await new Server().start();
    const account = new Account(server.local);
    await account.setUp((await server.said(/setup\?link=(\S+)/))[1]);
    const browser = await openBrowser({ width: 1440, height: 900, locale: "en-GB", colorScheme, reducedMotion: "reduce" });
    context.after(async () => {
      await browser.close();
      await server.remove();
    });
    const { page } = browser;
    page.setDefaultTimeout(PATIENCE);
    const clicks = [];
    await page.exposeFunction("clicked", (what) => clicks.push(what));
    // A button that is pressed by a key is clicked too, but by nobody's pointer.
    await page.addInitScript(() => addEventListener("pointerdown", (event) => clicked(event.target.outerHTML.slice(0, 80)), true));
    const keyboard = new Keyboard(page);
    const nav = page.getByRole("navigation", { name: "Main" });
    const header = page.locator("header");
    const dialog = page.getByRole("dialog");

    await page.goto(`${server.local}/sign-in`);
    await keyboard.write(page.getByLabel("Sign-in name"), LOGIN);
    await keyboard.write(page.getByLabel("Password"), PASSWORD);
    await keyboard.press(page.getByRole("button", { name: "Sign in" }));

    await keyboard.press(nav.getByRole("link", { name: "Presentations" }));
    await keyboard.press(page.getByRole("button", { name: "New presentation" }).first());
    await keyboard.write(dialog.getByLabel("Name"), "Quay");
    await keyboard.press(dialog.getByRole("button", { name: "Create" }));
    await page.waitForURL(/presentations\/[0-9a-f-]{36}/);
    const presentation = page.url().split("/").pop();

    await keyboard.press(page.getByRole("toolbar", { name: "Tools" }).getByRole("button", { name: "Text" }));
    const text = page.locator("textarea.text");
    await keyboard.reach(text, 0);
    await page.keyboard.type("Ferry 12:10");
    await page.keyboard.press("Escape");
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    await keyboard.press(page.getByRole("button", { name: "Publish", exact: true }));
    await keyboard.reach(dialog.getByRole("button", { name: /^Publish/ }));
    const [published] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/publish")), page.keyboard.press("Enter")]);
    assert.equal(published.ok(), true);
    await dialog.waitFor({ state: "detached" });

    await keyboard.press(nav.getByRole("link", { name: "Schedule" }));
    await keyboard.press(header.getByRole("button", { name: "Schedule" }));
    const panel = page.getByRole("complementary", { name: "New schedule row" });
    await keyboard.press(panel.getByRole("button", { name: "Choose" }));
    await keyboard.press(dialog.getByRole("button", { name: "Quay" }));
    await dialog.waitFor({ state: "detached" });
    await keyboard.reach(panel.getByRole("button", { name: "Schedule" }));
    const [scheduled] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/api/v1/schedules") && one.request().method() === "POST"), page.keyboard.press("Enter")]);
    assert.equal(scheduled.ok(), true);

    const [revision] = (await account.call("GET", `/revisions?presentation=${presentation}`)).value.items;
    const body = (await account.call("GET", `/revisions/${revision.id}/body`)).value;
    assert.deepEqual(body.pages[0].elements.map((one) => one.text), ["Ferry 12:10"]);
    const rows = (await account.call("GET", "/schedules")).value.items;
    assert.deepEqual(rows.map((one) => one.content), [{ presentation }]);
    assert.deepEqual(clicks, []);
    assert.deepEqual(browser.errors, []);
  });
