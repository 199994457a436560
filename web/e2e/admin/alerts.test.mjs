import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

describe("alerts", () => {
  let scene, page, faults, screen;
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    const viewer = scene.mock.store.all("viewers").find((one) => one.trashed_at === null);
    screen = { id: viewer.id, name: viewer.name };
  });
  after(() => scene?.close());
  const serious = async () => (await new AxeBuilder({ page }).exclude("iframe").analyze()).violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => one.id);
  function entry() {
    return page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Alerts/ });
  }

  test("what is raised is counted in the rail and listed at once, and goes when it is over", async () => {
    await signIn(page, scene.base, "/alerts");
    await page.getByText("Nothing needs your attention.").waitFor();
    await page.getByText("Nothing of this kind was raised.").waitFor();
    const away = scene.mock.alerts.raise("offline", screen);
    scene.mock.alerts.raise("disk", screen, { free: 512 * 1024 * 1024, size: 32 * 1024 ** 3 });
    scene.mock.alerts.raise("certificate", null, { until: Date.UTC(2027, 0, 5) });
    const now = page.getByRole("list", { name: "Now" });
    await now.getByText("Not connected").waitFor();
    assert.equal(await now.getByRole("listitem").count(), 3);
    assert.match(await now.getByRole("listitem").filter({ hasText: "Disk nearly full" }).textContent(), new RegExp(`${screen.name}.*free`, "s"));
    assert.match(await now.getByRole("listitem").filter({ hasText: "Certificate ends soon" }).textContent(), /The server itself.*2027/s);
    assert.match(await entry().textContent(), /3/);
    scene.mock.alerts.clear(away);
    await now.getByText("Not connected").waitFor({ state: "detached" });
    assert.match(await entry().textContent(), /2/);
    const disk = now.getByRole("listitem").filter({ hasText: "Disk nearly full" });
    await disk.getByRole("button", { name: "I look after it" }).click();
    await disk.getByText("Ada looks after it").waitFor();
    assert.equal(await disk.getByRole("button", { name: "I look after it" }).count(), 0);
    assert.match(await entry().textContent(), /2/);
    assert.deepEqual(await serious(), []);
  });

  test("the history tells when it was over, by kind and by screen", async () => {
    const history = page.getByRole("list", { name: "History" });
    assert.match(await history.getByRole("listitem").filter({ hasText: "Not connected" }).textContent(), /since.*over/s);
    await page.getByRole("combobox", { name: "Kind" }).selectOption("disk");
    await history.getByText("Not connected").waitFor({ state: "detached" });
    assert.equal(await history.getByRole("listitem").count(), 1);
    await page.getByRole("combobox", { name: "Kind" }).selectOption("");
    await page.getByRole("combobox", { name: "Screen" }).selectOption({ label: screen.name });
    await history.getByText("Certificate ends soon").waitFor({ state: "detached" });
    assert.equal(await history.getByRole("listitem").count(), 2);
    await history.getByRole("link", { name: screen.name }).first().click();
    await page.getByRole("complementary", { name: screen.name }).or(page.getByRole("dialog", { name: screen.name })).or(page.getByRole("heading", { name: screen.name })).first().waitFor();
  });

  test("a recipient by web address gets a key, is tried out, and says what the other end said", async () => {
    await page.goto(`${scene.base}/settings/notify`);
    await page.getByText("Nobody is told of alerts yet.").waitFor();
    await page.getByRole("button", { name: "New recipient" }).click();
    const dialog = page.getByRole("dialog", { name: "New recipient" });
    await dialog.getByLabel("Name").fill("Desk");
    await dialog.getByText("Web address", { exact: true }).click();
    await dialog.getByLabel("Address that takes POST requests").fill("https://desk.example.org/hook");
    await dialog.getByRole("button", { name: "Make one" }).click();
    const key = await dialog.getByLabel("Key", { exact: true }).inputValue();
    assert.match(key, /^[0-9a-f]{48}$/);
    await dialog.getByLabel("Clock is off").uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const [stored] = scene.mock.store.all("recipients");
    assert.deepEqual([stored.address, stored.kinds.includes("clock"), stored.kinds.length, stored.destination], [{ webhook: "https://desk.example.org/hook" }, false, 7, null]);
    assert.deepEqual(scene.mock.alerts.secrets, [key]);
    const row = page.getByRole("listitem").filter({ hasText: "Desk" });
    await row.getByRole("button", { name: "Test" }).click();
    await row.getByText("250 taken").waitFor();
    scene.mock.alerts.says = { ok: false, text: "no connection: refused" };
    await row.getByRole("button", { name: "Test" }).click();
    await row.getByText("no connection: refused").waitFor();
    await row.getByRole("button", { name: "Change" }).click();
    const change = page.getByRole("dialog", { name: "Change recipient" });
    assert.equal(await change.getByLabel("Key", { exact: true }).inputValue(), "", "a key is not shown again");
    await change.getByText("Leave empty to keep the present one.").waitFor();
    await page.keyboard.press("Escape");
    assert.deepEqual(await serious(), []);
  });

  test("who cannot be told of alerts is named where people look", async () => {
    const [desk] = scene.mock.store.all("recipients");
    scene.mock.alerts.deliveries.push({ recipient: desk.id, at: Date.now(), ok: false, text: "no connection: nobody answers at desk.example.org", failing_since: Date.now() - 40 * 60_000, waiting: 14 });
    await page.reload();
    const row = page.getByRole("listitem").filter({ hasText: "Desk" });
    await row.getByText(/Desk is not told of alerts since.*14 messages wait/s).waitFor();
    for (const place of ["/alerts", "/"]) {
      await page.goto(scene.base + place);
      const told = page.getByRole("alert");
      await told.getByText(/Desk is not told of alerts/).waitFor();
      assert.match(await told.textContent(), /14 messages wait.*nobody answers at desk/s);
      assert.deepEqual(await serious(), []);
    }
    await page.getByRole("alert").getByRole("link", { name: /Desk/ }).click();
    await row.waitFor();
    // Whoever is paused is not to be told, so nothing is wrong; and what is over is over.
    scene.mock.alerts.deliveries.length = 0;
    scene.mock.alerts.deliveries.push({ recipient: desk.id, at: Date.now(), ok: true, text: "200 OK", failing_since: null, waiting: 0 });
    const asked = page.waitForResponse((answer) => answer.url().endsWith("/notify/deliveries"));
    await page.goto(`${scene.base}/alerts`);
    await asked;
    await page.getByRole("heading", { name: "History" }).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.goto(`${scene.base}/settings/notify`);
  });

  test("the mail account keeps its password to itself, and rules are saved as they are set", async () => {
    const account = page.getByRole("form", { name: "Mail account" });
    await account.getByLabel("Mail server").fill("mail.example.org");
    await account.getByLabel("Sender").fill("signs@example.org");
    await account.getByLabel("User name").fill("signs");
    await account.getByLabel("Password").fill("canary 7a1");
    await account.getByRole("button", { name: "Save" }).click();
    await account.getByText("There is one. Leave empty to keep it.").waitFor();
    assert.equal(await account.getByLabel("Password").inputValue(), "");
    assert.ok(scene.mock.alerts.secrets.includes("canary 7a1"));
    assert.deepEqual([scene.mock.alerts.account.host, scene.mock.alerts.account.port], ["mail.example.org", null]);
    const minutes = page.getByLabel("Not connected: for longer than");
    await minutes.fill("12");
    await minutes.press("Enter");
    await page.getByLabel("Picture stands still", { exact: true }).uncheck();
    for (let tries = 0; scene.mock.alerts.rules.frozen.on && tries < 600; tries++) await page.waitForTimeout(50);
    assert.deepEqual([scene.mock.alerts.rules.offline, scene.mock.alerts.rules.frozen.on], [{ on: true, minutes: 12 }, false]);
  });

  test("on-hours are given as times of the week", async () => {
    const hours = page.getByRole("list", { name: "When screens should be on" });
    await hours.getByText("Always.").waitFor();
    await page.getByRole("button", { name: "Add on-hours" }).click();
    const dialog = page.getByRole("dialog", { name: "Add on-hours" });
    await dialog.locator("input[type=time]").first().fill("06:30");
    await dialog.getByRole("button", { name: "Create" }).click();
    await hours.getByText(/All screens/).waitFor();
    const [stored] = scene.mock.store.all("on-hours");
    assert.deepEqual([stored.destination, stored.when.recurrence.weekly.window], ["all", { start: "06:30:00", end: "18:00:00" }]);
    assert.match(await hours.textContent(), /06:30–18:00/);
    await hours.getByRole("button", { name: "Delete" }).click();
    await hours.getByText("Always.").waitFor();
  });

  test("downloads have limits and are seen on their way", async () => {
    await page.goto(`${scene.base}/settings/downloads`);
    await page.getByText("Nothing is on its way.").waitFor();
    await page.getByRole("button", { name: "New limit" }).click();
    const dialog = page.getByRole("dialog", { name: "New limit" });
    for (const [label, value] of [["Rate of each screen", "10"], ["Rate of all together", "50"], ["Files at a time", "2"]]) {
      await dialog.getByLabel(label).fill(value);
      await dialog.getByLabel(label).press("Tab");
    }
    await dialog.getByLabel("At any time").uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    const rules = page.getByRole("list", { name: "Limits" });
    await rules.getByText("10 Mbit/s each · 50 Mbit/s together · 2 at a time · 22:00–05:00").waitFor();
    const [stored] = scene.mock.store.all("download-rules");
    const { destination, bytes_per_second, all_bytes_per_second, at_once, hours } = stored;
    assert.deepEqual([destination, bytes_per_second, all_bytes_per_second, at_once, hours], ["all", 1_250_000, 6_250_000, 2, { daily: { start: "22:00:00", end: "05:00:00" } }]);
    scene.mock.alerts.downloads.items.push({ viewer: screen, hash: "0".repeat(64), name: "Harbour film", bytes: 8 * 1024 ** 2, left: 2 * 1024 ** 2, since: Date.now(), limit: 1_250_000 });
    const now = page.getByRole("list", { name: "Under way now" });
    await now.getByText("Harbour film").waitFor({ timeout: 6000 });
    assert.match(await now.textContent(), new RegExp(`${screen.name}.*left`, "s"));
    assert.deepEqual(await serious(), []);
  });

  test("the screen's panel shows the machine", async () => {
    const machine = {
      version: "0.4.0", hostname: "pier-1", addresses: ["192.0.2.7"], macs: ["00:11:22:aa:bb:cc"], temperature: 61.4, disk_free: 1024 ** 3, disk_size: 32 * 1024 ** 3, memory_free: 1024 ** 3,
      memory_size: 4 * 1024 ** 3, uptime: 200_000, display: "on", clock_bound_ms: 1.5, frames_dropped: 3, download_left: 0, probe: "black",
    };
    scene.mock.live.set(screen.id, { machine });
    await page.goto(`${scene.base}/screens?screen=${screen.id}`);
    for (const text of ["pier-1", "192.0.2.7", "00:11:22:aa:bb:cc", "61 °C", "2 days 7 h", "black", "Disk nearly full"]) await page.getByText(text, { exact: true }).first().waitFor();
    assert.deepEqual(await serious(), []);
    assert.deepEqual(faults, []);
  });
});
