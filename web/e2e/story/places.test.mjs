// Screens as places: a machine is replaced and the place keeps its name, schedule and history; it is renamed and put into groups. And what the
// editor says of a draft beside what stands on the screens.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { Administrator } from "./administrator.mjs";
import { Screen } from "./screen.mjs";
import { Server } from "./server.mjs";
import { steps } from "./step.mjs";

/** The rectangle covers all: corner and middle are of its one colour, and that is not black. */
const isSheet = (picture) => {
  const [corner, middle] = [picture.mean(10, 10, 20, 20), picture.mean(630, 350, 20, 20)];
  return Math.max(...corner) > 60 && corner.every((one, at) => Math.abs(one - middle[at]) < 2);
};
const SHEET = { x: 0, y: 0, w: 1920, h: 1080 };

describe("screens as places", () => {
  const server = new Server();
  const screens = [];
  let ada, presentation, viewer, first, second;

  before(async () => {
    await server.start();
    ada = await Administrator.at(server.local);
    const [link] = await server.said(/http:\S+\/setup\?link=\S+/);
    await ada.setUp(link);
  });
  after(async () => {
    for (const screen of screens) await screen.close();
    await ada?.close();
    await server.remove();
  });
  const step = steps();
  const open = async () => {
    screens.push(await Screen.open(`${server.plain}/viewer/`));
    return screens.at(-1);
  };
  const heading = () => ada.page.getByRole("heading", { level: 1 }).locator("..");
  const panel = (name) => ada.page.getByRole("complementary", { name });

  step("the editor says how the draft stands beside the screens", async () => {
    presentation = await ada.makePresentation("Board");
    await ada.enter({ Duration: 2 });
    await ada.tools.getByRole("button", { name: "Shape" }).click();
    await ada.page.getByRole("menuitem", { name: "Rectangle" }).click();
    await ada.place(SHEET);
    await heading().getByText("Draft, never published").waitFor();
    await ada.publish();
    await heading().getByText("As on the screens").waitFor();
    assert.ok(await ada.page.getByRole("button", { name: "Publish", exact: true }).isDisabled(), "there is nothing to publish");
    await ada.open(presentation);
    await ada.enter({ Duration: 3 });
    await heading().getByText("Draft differs from the screens").waitFor();
    await ada.page.reload();
    await heading().getByText("Draft differs from the screens").waitFor();
    await ada.publish();
    await heading().getByText("As on the screens").waitFor();
    assert.equal(await ada.page.getByText("Draft differs from the screens").count(), 0);
  });

  step("a machine gets a place and plays", async () => {
    const { items } = await ada.call("GET", `/revisions?presentation=${presentation}`);
    const body = await ada.call("GET", `/revisions/${items[0].id}/body`);
    assert.deepEqual(body.pages[0].elements[0].frame, SHEET);
    await ada.schedule("Board");
    first = await open();
    viewer = await ada.approve(await first.code(), "Gate 4");
    await first.until(isSheet, "the rectangle");
    await first.moreRecords(2);
    await first.allAcknowledged();
  });

  step("another machine replaces it: it plays there, the old one has lost its place, the history stays", async () => {
    const before = await ada.plays(viewer);
    assert.ok(before.length >= 2);
    second = await open();
    const code = await second.code();
    const { page } = ada;
    await page.goto(`${server.local}/screens`);
    await page.getByRole("listitem").filter({ hasText: code }).getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Replaces a screen's device").click();
    await dialog.getByText("the device there before loses its place").waitFor();
    await dialog.getByLabel("Screen", { exact: true }).selectOption({ label: "Gate 4" });
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/devices/approve")), dialog.getByRole("button", { name: "Approve" }).click()]);
    assert.deepEqual([answer.status(), (await answer.json()).id], [200, viewer]);

    await second.until(isSheet, "the rectangle on the new machine");
    assert.notEqual(await first.code(), code, "the old machine asks for a place with a code of its own");
    const devices = (await ada.call("GET", `/devices?viewer=${viewer}`)).items;
    assert.deepEqual(devices.map((one) => one.revoked_at === null).sort(), [false, true]);
    assert.equal((await ada.call("GET", "/viewers")).total, 1, "it is the same place");
    await second.moreRecords(1);
    await second.allAcknowledged();
    const plays = await ada.plays(viewer);
    const key = ({ from, until, item }) => `${from} ${until} ${item}`;
    const known = new Set(plays.map(key));
    assert.ok(before.every((one) => known.has(key(one))), "what the old machine played is forgotten");
    assert.ok(plays.length > before.length, "what the new one plays belongs to the place too");
  });

  step("it is renamed where it is looked at, and the screen keeps playing", async () => {
    const { page } = ada;
    await page.goto(`${server.local}/screens?screen=${viewer}`);
    const name = panel("Gate 4").getByLabel("Name", { exact: true });
    await name.fill("Gate 4 north");
    await name.press("Enter");
    await panel("Gate 4 north").waitFor();
    assert.equal((await ada.call("GET", `/viewers/${viewer}`)).name, "Gate 4 north");
    await page.getByRole("main").getByText("Gate 4 north").first().waitFor();
    await second.moreRecords(1);
  });

  step("it is put into a group that is made for it, from either side", async () => {
    const { page } = ada;
    await page.goto(`${server.local}/screens`);
    await page.getByRole("button", { name: "Groups" }).click();
    await panel("Groups").getByRole("button", { name: "New group" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("North side");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    const inside = () => panel("Groups").getByLabel("Gate 4 north");
    await Promise.all([page.waitForResponse((one) => one.request().method() === "POST" && one.url().endsWith("/memberships")), inside().check()]);
    const members = () => ada.call("GET", "/memberships").then(({ items }) => items.map((one) => one.member.viewer));
    assert.deepEqual(await members(), [viewer]);
    await page.goto(`${server.local}/screens?screen=${viewer}`);
    const box = panel("Gate 4 north").getByLabel("North side");
    await box.waitFor();
    assert.ok(await box.isChecked());
    await Promise.all([page.waitForResponse((one) => one.request().method() === "DELETE" && one.url().includes("/memberships/")), box.uncheck()]);
    assert.deepEqual(await members(), []);
  });

  step("nobody has complained", () => {
    assert.deepEqual([ada.words, ada.browser.errors], [[], []]);
    for (const screen of screens) assert.deepEqual([screen.words, screen.errors], [[], []]);
  });
});
