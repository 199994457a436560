import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

describe("tasks", () => {
  let scene, page, faults;
  const serious = async () => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(" | ")}`);
  };
  before(async () => {
    scene = await stage();
    const visited = await visit(scene);
    faults = visited.faults;
    page = await visited.context.newPage();
    await signIn(page, scene.base, "/tasks");
  });
  after(() => scene?.close());

  test("an empty page says what a task is for, and makes the first one", async () => {
    await page.getByText("No task yet.").waitFor();
    await page.getByRole("button", { name: "New task" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New task" });
    assert.ok(await dialog.getByRole("button", { name: "Order" }).isDisabled(), "without screens there is nothing to order");
    await dialog.getByLabel("What").selectOption({ label: "Fetch the log" });
    await dialog.getByLabel("Lines").fill("50");
    await page.keyboard.press("Tab");
    await dialog.getByLabel("For", { exact: true }).selectOption({ label: "Terminal" });
    await dialog.getByText("Reaches 4 screens.").waitFor();
    await dialog.getByRole("listitem").filter({ hasText: "Wayfinding" }).waitFor();
    assert.deepEqual(await serious(), []);
    await dialog.getByRole("button", { name: "Order" }).click();
    await page.getByText("“Fetch the log” is ordered for 4 screens.").waitFor();
    await page.waitForURL(/tasks\?task=/);
    const task = scene.mock.store.all("tasks")[0];
    assert.deepEqual([task.kind, task.when, task.expires_s], [{ fetch_logs: { lines: 50 } }, null, null]);
  });

  test("each screen's state turns live, with progress, the log to read, and why it failed", async () => {
    const panel = page.getByRole("complementary", { name: "Fetch the log" });
    const { screens } = scene.mock.seeded;
    const run = (screen) => scene.mock.tasks.of("fetch_logs").find((one) => one.viewer === screen.id);
    const line = (name) => panel.getByRole("listitem").filter({ hasText: name });
    await line("Departures").getByText("waiting").waitFor();
    await line("Departures").getByText("Waits for the screen until").waitFor();
    scene.mock.tasks.report(run(screens.departures), { state: "running", progress: 40, started: Date.now() });
    await line("Departures").getByText("40 %").waitFor();
    await line("Departures").getByRole("progressbar").waitFor();
    const log = Buffer.from("first line\nthe disk is nearly full\n");
    scene.mock.tasks.report(run(screens.departures), { state: "done", progress: 100, ended: Date.now(), file: { name: "viewer.log", mime: "text/plain", bytes: log.length } }, log);
    await line("Departures").getByText("done").waitFor();
    await line("Departures").getByRole("button", { name: "Show the log" }).click();
    await line("Departures").getByText("the disk is nearly full").waitFor();
    assert.equal(await line("Departures").getByRole("link", { name: /^viewer.log/ }).getAttribute("download"), "viewer.log");
    scene.mock.tasks.report(run(screens.cafe), { state: "failed", ended: Date.now(), code: "not_supported", text: "a browser cannot do it" });
    await line("Cafe menu").getByText("This kind of screen cannot do that.").waitFor();
    scene.mock.tasks.report(run(screens.welcome), { state: "failed", ended: Date.now(), code: "strange", text: "the log is locked" });
    await line("Welcome").getByText("the log is locked").waitFor();
    const row = page.getByRole("row").filter({ hasText: "Fetch the log" });
    for (const words of ["2 failed", "1 waiting", "1 done"]) await row.getByText(words).waitFor();
    assert.deepEqual(await serious(), []);
  });

  test("what has not begun can be called off, and ordered again", async () => {
    const panel = page.getByRole("complementary", { name: "Fetch the log" });
    await panel.getByRole("button", { name: "Call off" }).click();
    await page.getByText("“Fetch the log” is called off.").waitFor();
    await panel.getByRole("listitem").filter({ hasText: "Wayfinding" }).getByText("called off").waitFor();
    await panel.getByRole("button", { name: "Again" }).click();
    const dialog = page.getByRole("dialog", { name: "New task" });
    assert.equal(await dialog.getByLabel("Lines").inputValue(), "50");
    assert.equal(await dialog.getByLabel("For", { exact: true }).locator("option:checked").textContent(), "Terminal");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
  });

  test("a task for every night keeps each screen's own time", async () => {
    await page.goto(`${scene.base}/tasks?new`);
    const dialog = page.getByRole("dialog", { name: "New task" });
    await dialog.getByLabel("What").selectOption({ label: "Reboot the machine" });
    await dialog.getByText("The viewer's own configuration must allow it").waitFor();
    await dialog.getByLabel("For", { exact: true }).selectOption({ label: "All screens" });
    await dialog.getByText("Again and again").click();
    await dialog.getByLabel("Time of day").fill("03:30");
    await dialog.getByRole("button", { name: "Sun" }).click();
    await dialog.getByLabel("Name").fill("Nightly restart");
    assert.deepEqual(await serious(), []);
    await dialog.getByRole("button", { name: "Order" }).click();
    const panel = page.getByRole("complementary", { name: "Nightly restart" });
    await panel.getByText("It was not due yet.").waitFor();
    await panel.getByText("Mon, Tue, Wed, Thu, Fri, Sat · 03:30 · each screen's time").waitFor();
    const task = scene.mock.store.all("tasks").find((one) => one.name === "Nightly restart");
    assert.deepEqual(task.when.recurrence, { weekly: { every: 1, days: ["mo", "tu", "we", "th", "fr", "sa"], window: { start: "03:30:00", end: "03:30:00" } } });
    assert.deepEqual([task.when.zone, task.when.until, task.when.from.slice(11)], [null, null, "00:00:00"]);
    await page.getByRole("row").filter({ hasText: "Nightly restart" }).getByText("not due yet").waitFor();
  });

  test("a screen's page orders at once, shows the picture, and says what was tried to wake it", async () => {
    const { departures } = scene.mock.seeded.screens;
    await page.goto(`${scene.base}/screens?screen=${departures.id}`);
    const panel = page.getByRole("complementary", { name: "Departures" });
    await panel.getByRole("button", { name: "Picture", exact: true }).click();
    await page.getByText("Departures: “Take a picture” is ordered.").waitFor();
    const shot = scene.mock.tasks.of("screenshot")[0];
    scene.mock.tasks.report(shot, { state: "done", started: Date.now(), ended: Date.now(), file: { name: "screen.png", mime: "image/png", bytes: PICTURE.length } }, PICTURE);
    const picture = panel.getByRole("img", { name: "Picture from Take a picture" });
    await picture.waitFor();
    assert.equal(await picture.evaluate((img) => img.decode().then(() => img.naturalWidth)), 1);
    await panel.getByRole("button", { name: "Wake", exact: true }).click();
    await page.getByText("Departures is called by 2 cards.").waitFor();
    const wake = scene.mock.tasks.of("wake")[0];
    scene.mock.tasks.report(wake, { state: "no_answer", started: Date.now(), ended: Date.now(), text: "not back 180 s after the call", tried: ["the server called 00:1b:21:0a:4c:01 on UDP 9 and 7 over eth0"] });
    const line = panel.getByRole("listitem").filter({ hasText: "no answer" });
    await line.getByText("What was tried").click();
    await line.getByText("over eth0").waitFor();
    await panel.getByRole("button", { name: "Identify", exact: true }).click();
    await page.getByText("Departures: “Identify” is ordered.").waitFor();
    assert.equal(scene.mock.store.all("tasks").find((one) => one.kind?.identify)?.expires_s, 60, "nobody waits before a screen for a day");
    await panel.getByRole("button", { name: "More tasks for Departures" }).click();
    await page.getByRole("menuitem", { name: "Restart the viewer" }).click();
    await page.getByText("Departures: “Restart the viewer” is ordered.").waitFor();
    assert.deepEqual(await serious(), []);
    assert.deepEqual(faults, []);
  });

  test("an editor is offered nothing that touches the machine", async () => {
    const { context, faults: theirs } = await visit(scene);
    await context.route("**/api/v1/session", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), roles: [{ role: "editor", scope: "all" }] } });
    });
    const other = await context.newPage();
    await signIn(other, scene.base, "/tasks?new");
    const options = await other.getByRole("dialog", { name: "New task" }).getByLabel("What").locator("option").allTextContents();
    assert.deepEqual(options, ["Identify", "Take a picture", "Refresh the content", "Wake"]);
    await context.close();
    assert.deepEqual(theirs, []);
  });
});
