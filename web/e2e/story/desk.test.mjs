// The rest of an editor's desk on the real server: a folder, what is deleted and comes back, a playlist, a row that repeats, in week and list, why it is on the screen at another time, the settings.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { Administrator } from "./administrator.mjs";
import { makePhoto } from "./footage.mjs";
import { Server } from "./server.mjs";
import { steps } from "./step.mjs";

const DAY_MS = 86_400_000;
/** The Wednesday of next week: the calendar shows that week after one step. */
const wednesday = () => {
  const today = new Date();
  const monday = today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY_MS;
  return new Date(monday + 9 * DAY_MS).toISOString().slice(0, 10);
};

describe("an editor's desk", () => {
  const folder = mkdtempSync(join(tmpdir(), "signboard-desk-"));
  const server = new Server();
  let ada, page, viewer;

  before(async () => {
    await server.start();
    ada = await Administrator.at(server.local);
    page = ada.page;
    await ada.setUp((await server.said(/http:\S+\/setup\?link=\S+/))[0]);
    // Days are those of the screen; so far from midnight that they are everybody's.
    viewer = (await ada.call("POST", "/viewers", { name: "Gate 4", zone: "UTC" })).id;
  });
  after(async () => {
    await ada?.close();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const step = steps();
  const dialog = () => page.getByRole("dialog");
  const list = (path) => ada.call("GET", path).then(({ items }) => items);

  step("a folder is made, and a photograph goes into it", async () => {
    await page.goto(`${server.local}/library`);
    await page.getByRole("button", { name: "New folder" }).click();
    await dialog().getByLabel("Name").fill("Quays");
    await dialog().getByRole("button", { name: "Create" }).click();
    await page.getByRole("treeitem", { name: "Quays" }).click();
    await page.getByRole("heading", { level: 1, name: "Quays" }).waitFor();
    await page.locator("header input[type=file]").setInputFiles(makePhoto(folder));
    await page.getByRole("region", { name: "Uploads" }).getByText("Uploads are finished").waitFor({ timeout: 60_000 });
    const [[quays], [photo]] = [await list("/folders"), await list("/media")];
    assert.deepEqual([quays.name, photo.folder], ["Quays", quays.id]);
  });

  step("what is deleted comes back by undo", async () => {
    const picture = () => page.getByRole("button", { name: /pier at noon/ }).first();
    await picture().click();
    await page.getByRole("complementary", { name: /pier at noon/ }).getByRole("button", { name: "Delete" }).click();
    await page.getByText(/pier at noon.* is in the trash\./).waitFor();
    assert.equal((await list("/media")).length, 0);
    await page.getByRole("button", { name: "Undo" }).click();
    await picture().waitFor();
    assert.equal((await list("/media")).length, 1);
  });

  step("a playlist is made of it", async () => {
    await page.goto(`${server.local}/playlists`);
    await page.getByRole("button", { name: "New playlist" }).first().click();
    await dialog().getByLabel("Name").fill("Deck loop");
    await dialog().getByRole("button", { name: "Create" }).click();
    await page.waitForURL(/playlists\/[0-9a-f-]{36}/);
    await page.getByRole("button", { name: "Add content" }).first().click();
    await dialog().getByRole("radiogroup", { name: "Kind of content" }).getByText("Library").click();
    await dialog().getByRole("button", { name: /pier at noon/ }).click();
    await page.getByRole("list", { name: "Deck loop" }).getByText(/pier at noon/).first().waitFor();
    const [[photo], [entry]] = [await list("/media"), await list("/playlist-items")];
    assert.deepEqual(entry.content, { media: photo.id });
  });

  step("on a page, an element is resized by its handle and put behind another", async () => {
    const presentation = await ada.makePresentation("Arranged");
    for (const [name, frame] of [["Rectangle", { x: 200, y: 200, w: 400, h: 300 }], ["Ellipse", { x: 900, y: 200, w: 400, h: 300 }]]) {
      await ada.tools.getByRole("button", { name: "Shape" }).click();
      await page.getByRole("menuitem", { name }).click();
      await ada.place(frame);
    }
    /** The elements of the draft, from back to front, as soon as they are as wanted. */
    const drawn = async (wanted) => {
      for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
        const { elements } = (await ada.call("GET", `/presentations/${presentation}/draft`)).pages[0];
        if (elements.length === 2 && wanted(...elements)) return elements;
        assert.ok(Date.now() < end, `the draft stays ${JSON.stringify(elements)}`);
      }
    };
    await drawn((_, ellipse) => ellipse.frame.x === 900 && ellipse.frame.y === 200);
    const corner = await page.locator('[data-handle="1,1"]').boundingBox();
    const [x, y] = [corner.x + corner.width / 2, corner.y + corner.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 40, { steps: 5 });
    await page.mouse.up();
    const [, ellipse] = await drawn((_, one) => one.frame.w > 400 && one.frame.h > 300);
    assert.deepEqual([ellipse.frame.x, ellipse.frame.y], [900, 200], "the opposite corner stays where it is");
    await page.getByRole("application").focus();
    await page.keyboard.press("Control+Shift+ArrowDown");
    assert.deepEqual((await drawn((back) => back.shape === "ellipse")).map((one) => one.shape), ["ellipse", "rectangle"]);
  });

  step("it is scheduled on the days of work, and stands in week and list", async () => {
    await page.goto(`${server.local}/schedule`);
    await page.locator("header").getByRole("button", { name: "Schedule" }).click();
    const panel = page.getByRole("complementary", { name: "New schedule row" });
    await panel.getByRole("button", { name: "Choose" }).click();
    await dialog().getByRole("radiogroup", { name: "Kind of content" }).getByText("Playlists").click();
    await dialog().getByRole("button", { name: /Deck loop/ }).click();
    await panel.getByText("On days", { exact: true }).click();
    const days = panel.getByRole("group", { name: "Days" }).getByRole("button");
    assert.equal(await days.count(), 7);
    for (const place of [5, 6]) await days.nth(place).click();
    assert.deepEqual(await days.evaluateAll((all) => all.map((one) => one.getAttribute("aria-pressed"))), ["true", "true", "true", "true", "true", "false", "false"]);
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.url().endsWith("/api/v1/schedules") && one.request().method() === "POST"),
      panel.getByRole("button", { name: "Schedule" }).click(),
    ]);
    assert.equal(answer.ok(), true, await answer.text());
    const [row] = await list("/schedules");
    assert.deepEqual(row.when.recurrence, { weekly: { every: 1, days: ["mo", "tu", "we", "th", "fr"], window: { start: "08:00:00", end: "18:00:00" } } });

    await page.getByRole("button", { name: "Week after" }).click();
    const blocks = page.getByRole("main").getByRole("button", { name: /Deck loop/ });
    await blocks.nth(4).waitFor();
    assert.equal(await blocks.count(), 5);
    await page.getByRole("radiogroup", { name: "View" }).getByTitle("List").click();
    await page.getByRole("table").getByRole("row", { name: /Deck loop/ }).waitFor();
  });

  step("why says what plays at another time, who made the row, and why it does not at night", async () => {
    await page.goto(`${server.local}/schedule?why=${viewer}`);
    const panel = page.getByRole("complementary", { name: "Why is this on the screen?" });
    const at = panel.getByLabel("At");
    await at.fill(`${wednesday()}T10:00`);
    await panel.getByText(/^Deck loop, since all screens have it/).waitFor();
    const reason = panel.getByRole("row", { name: /Deck loop/ });
    await reason.getByText("plays", { exact: true }).waitFor();
    await reason.getByText(/Made by Ada Keeper/).waitFor();
    await at.fill(`${wednesday()}T20:00`);
    await panel.getByText(/^The standby page, since nothing is scheduled/).waitFor();
    await reason.getByText("not its time", { exact: true }).waitFor();
  });

  step("the installation gets another name", async () => {
    await page.goto(`${server.local}/settings/installation`);
    await page.getByLabel("Name of the installation").fill("Pier 9");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The settings are saved.").waitFor();
    assert.equal((await ada.call("GET", "/installation")).name, "Pier 9");
  });

  step("nobody has complained", () => assert.deepEqual([ada.words, ada.browser.errors], [[], []]));
});
