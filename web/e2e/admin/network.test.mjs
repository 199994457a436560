import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

describe("the network", () => {
  let scene, page, faults;
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
  });
  after(() => scene?.close());
  const serious = async () => (await new AxeBuilder({ page }).exclude("iframe").analyze()).violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => one.id);
  const cards = () => scene.mock.store.all("network-cards");

  test("the doctor looks, says that it does, and names trouble first with its remedy", async () => {
    // Long enough that a busy machine sees it.
    scene.mock.network.delay = 5_000;
    await signIn(page, scene.base, "/network");
    await page.getByRole("progressbar", { name: /Looking at ports/ }).waitFor();
    const findings = page.locator("section", { has: page.getByRole("heading", { name: "Findings" }) });
    await findings.getByText("1 problem").waitFor();
    assert.equal(await page.getByRole("progressbar").count(), 0);
    const first = await findings.getByRole("listitem").first().textContent();
    assert.match(first, /problem\s*disk.*412 MB.*What to do:.*Free some space/s);
    await findings.getByText("4 things are fine").click();
    await findings.getByText("Not used: embedded broker.").waitFor();

    scene.mock.network.findings = scene.mock.network.findings.filter((one) => one.subject !== "disk");
    const looks = scene.mock.network.looks;
    await findings.getByRole("button", { name: "Look again" }).click();
    await findings.getByText("no problems").waitFor();
    assert.equal(scene.mock.network.looks, looks + 1);
  });

  test("each port says what it is used for, and who took it, without being asked", async () => {
    const row = (number) => page.getByRole("row").filter({ has: page.getByText(number, { exact: true }) });
    await row("80/tcp").getByText("listening", { exact: true }).waitFor();
    await row("5672/tcp").getByText("not used: embedded broker").waitFor();
    await row("9/udp").getByText("outward, when needed").waitFor();
    const time = scene.mock.network.view.ports.find((port) => port.number === 123);
    Object.assign(time, { state: "taken", holder: "chronyd (process 612)" });
    scene.mock.network.view.aside.push({ subject: "123/udp", verdict: "trouble", text: "UDP port 123 is taken by chronyd (process 612), so screens get no time by NTP from Signboard.", remedy: "Stop that program." });
    scene.mock.network.view.discovery.heard = 4242;
    await row("123/udp").getByText("by chronyd (process 612)").waitFor({ timeout: 30_000 });
    assert.match(await page.getByRole("table", { name: "Ports" }).getByRole("row").nth(1).textContent(), /123\/udp.*taken/s);
    await page.getByText("so screens get no time by NTP").waitFor();
    await page.getByText("4,242").waitFor();
  });

  test("time and interfaces are told with units and reasons", async () => {
    for (const text of ["Stratum 3", "± 2.1 ms", "+0.213 ms", "8 of 8", "192.0.2.7/24, 2001:db8::7/64", "it is a bridge of containers"]) await page.getByText(text).first().waitFor();
    scene.mock.network.view.time.stratum = 16;
    scene.mock.network.view.time.error_bound = null;
    scene.mock.network.view.discovery = null;
    await page.getByText("not synchronised").waitFor({ timeout: 30_000 });
    await page.getByText("unknown, as it follows nothing").waitFor();
    await page.getByText("Nobody finds this server by searching").waitFor();
  });

  test("what was known stays when the server does not answer, and says that it is old", async () => {
    await page.route("**/api/v1/network", (route) => route.abort());
    await page.getByText("Not up to date").waitFor({ timeout: 30_000 });
    await page.getByText("not used: embedded broker").first().waitFor();
    await page.unroute("**/api/v1/network");
    await page.getByText("Not up to date").waitFor({ state: "detached", timeout: 30_000 });
    // The browser itself reports what was cut off.
    faults.splice(0, faults.length, ...faults.filter((fault) => !/ERR_FAILED/.test(fault)));
  });

  test("the firewall command follows the machine and the firewall", async () => {
    await page.getByLabel("Machine", { exact: true }).selectOption("viewer");
    await page.getByLabel("Firewall", { exact: true }).selectOption("ufw");
    await page.getByText("signboard firewall --role viewer --format ufw").waitFor();
  });

  test("a pasted list names its faulty lines, also those that only the server sees, and is taken whole", async () => {
    const before = cards().length;
    await page.getByRole("button", { name: "Paste cards" }).click();
    const dialog = page.getByRole("dialog", { name: "Network cards from a list" });
    const list = dialog.getByLabel("List");
    await list.fill("Screen;MAC\nWelcome;00:11:22:aa:bb\nNowhere;00:11:22:aa:bb:02\n");
    await dialog.getByText("Line 2: “00:11:22:aa:bb” is not the hardware address of one card").waitFor();
    await dialog.getByText("Line 3: there is no screen “Nowhere”").waitFor();
    assert.ok(await dialog.getByRole("button", { name: /^Take/ }).isDisabled());
    assert.deepEqual(await serious(), []);
    // Known at another screen: the second card sent, in the fourth line.
    await list.fill("Screen;MAC;Password\nWelcome;0011.22aa.bb01;192.0.2.1\n\nWayfinding;00:1b:21:0a:4c:03\n");
    await dialog.getByRole("button", { name: "Take 2 cards" }).click();
    await dialog.getByRole("alert").getByText("Line 4: 00:1b:21:0a:4c:03 belongs to another screen").waitFor();
    assert.equal(cards().length, before);
    await list.fill("Screen;MAC;Password\nWelcome;0011.22aa.bb01;192.0.2.1\n\nCafe menu\t00:1b:21:0a:4c:03\n");
    await dialog.getByRole("button", { name: "Take 2 cards" }).click();
    await page.getByText("1 card is new, 1 was known.").waitFor();
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(scene.mock.network.lists.at(-1)[0], { viewer: "Welcome", mac: "00:11:22:aa:bb:01", secure_on: "192.0.2.1" });
  });

  test("a screen without card says why it cannot be woken; with one it is called", async () => {
    const way = scene.mock.seeded.screens.way;
    await page.goto(`${scene.base}/screens?screen=${way.id}`);
    const panel = page.getByRole("complementary", { name: "Wayfinding" });
    await panel.getByText("No network card of this screen is known").waitFor();
    const wake = panel.getByRole("button", { name: "Wake", exact: true });
    assert.ok(await wake.isDisabled());
    assert.equal(await wake.getAttribute("title"), "No network card is known");
    const address = panel.getByLabel("Hardware address (MAC)");
    await address.fill("01:00:5e:00:00:01");
    await page.keyboard.press("Tab");
    await panel.getByRole("alert").getByText("Six pairs of hexadecimal digits").waitFor();
    assert.ok(await panel.getByRole("button", { name: "Add card" }).isDisabled());
    await address.fill("00-1B-21-0A-4C-03");
    await panel.getByRole("button", { name: "Add card" }).click();
    await panel.getByRole("alert").getByText("belongs to another screen").waitFor();
    await address.fill("00-1B-21-0A-4C-07");
    await panel.getByLabel("SecureOn password").fill("hunter2");
    assert.ok(await panel.getByRole("button", { name: "Add card" }).isDisabled());
    await panel.getByLabel("SecureOn password").fill("192.0.2.1");
    await page.keyboard.press("Enter");
    await panel.getByText("00:1b:21:0a:4c:07").waitFor();
    await panel.getByText("with a password").waitFor();
    await wake.click();
    await page.getByText("Wayfinding is called by 1 card. It is awake when it connects.").waitFor();
  });

  test("a removed card comes back by undo", async () => {
    const panel = page.getByRole("complementary", { name: "Wayfinding" });
    await panel.getByRole("button", { name: "Remove 00:1b:21:0a:4c:07" }).click();
    await panel.getByText("No network card of this screen is known").waitFor();
    await page.getByText("Undo brings it back without its password").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await panel.getByText("00:1b:21:0a:4c:07").waitFor();
    assert.equal(await panel.getByText("with a password").count(), 0);
    await panel.getByRole("button", { name: "Remove 00:1b:21:0a:4c:07" }).click();
    await panel.getByText("No network card of this screen is known").waitFor();
  });

  test("waking a group names whom it calls, and whom it cannot, and shows who comes", async () => {
    const { departures, welcome } = scene.mock.seeded.screens;
    for (let number = 10; number < 20; number++) scene.mock.store.put("network-cards", { viewer: welcome.id, mac: `00:1b:21:0a:4c:${number}`, made_by: null, made_at: Date.now() });
    scene.mock.live.set(departures.id, { online: false, seen: Date.now() - 60_000 });
    await page.goto(`${scene.base}/screens?groups`);
    const panel = page.getByRole("complementary", { name: "Groups" });
    await panel.getByLabel("Group", { exact: true }).selectOption({ label: "Terminal" });
    await panel.getByRole("button", { name: "Wake all" }).click();
    const dialog = page.getByRole("dialog", { name: "Wake Terminal" });
    await dialog.getByRole("heading", { name: "To be called: 3 screens by 14 cards" }).waitFor();
    await dialog.getByRole("heading", { name: "Without network card, and not called: 1" }).waitFor();
    await dialog.getByText("Wayfinding").waitFor();
    await dialog.getByRole("button", { name: "Wake 3 screens" }).click();
    await dialog.getByRole("heading", { name: "Called: 3 screens by 14 cards" }).waitFor();
    await dialog.getByText("The calls go out over 3 seconds").waitFor();
    assert.deepEqual(await serious(), []);
    const line = dialog.getByRole("listitem").filter({ hasText: "Departures" });
    await line.getByText("offline").waitFor();
    scene.mock.live.set(departures.id, { online: true });
    await line.getByText("offline").waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
  });

  test("who is no administrator finds no entry, and is told why the page is empty", async () => {
    const { context, faults: theirs } = await visit(scene);
    await context.route("**/api/v1/session", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), roles: [{ role: "editor", scope: "all" }] } });
    });
    const other = await context.newPage();
    const asked = [];
    other.on("request", (request) => /api\/v1\/network(\/|$)/.test(request.url()) && asked.push(request.url()));
    await signIn(other, scene.base, "/network");
    await other.getByText("Only administrators of the whole installation see the network.").waitFor();
    assert.equal(await other.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Network" }).count(), 0);
    assert.deepEqual(asked, []);
    await context.close();
    assert.deepEqual(theirs, []);
  });

  test("an administrator of one folder is refused by the server, in words", async () => {
    const { context } = await visit(scene);
    const refused = { error: { code: "not_allowed", message: "You may not administer the installation.", field: null } };
    await context.route("**/api/v1/network**", (route) => route.fulfill({ status: 403, json: refused }));
    const other = await context.newPage();
    await signIn(other, scene.base, "/network");
    await other.getByText("Only administrators of the whole installation see the network.").waitFor();
    await context.close();
  });
});
