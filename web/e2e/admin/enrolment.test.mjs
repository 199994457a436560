/** How native viewers enrol: the waiting list names the machine, and the settings have tokens, a list and a password. */
import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

const STRINGS = { timeout: 15_000 };

describe("enrolment", () => {
  let scene;
  before(async () => {
    scene = await stage();
  });
  after(() => scene.close());

  it("a machine that waits says who it is, and its screen is named after it", async () => {
    const { context, faults } = await visit(scene);
    const page = await context.newPage();
    await signIn(page, scene.base, "/screens");
    scene.mock.live.askNative("K7M2QX");
    const row = page.getByRole("listitem").filter({ hasText: "K7M2QX" });
    await row.waitFor(STRINGS);
    const text = await row.innerText();
    for (const part of ["player-7", "8X-1107", "00:11:22:aa:bb:07", "192.0.2.77"]) assert.ok(text.includes(part), text);
    await row.getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    assert.ok((await dialog.innerText()).includes("serial number 8X-1107"));
    assert.equal(await dialog.getByLabel("Name").inputValue(), "player-7");
    assert.deepEqual(faults, []);
    await context.close();
  });

  it("tokens are shown once, lists are taken or named by line, the password is set and removed", async () => {
    const { context, faults } = await visit(scene);
    const page = await context.newPage();
    await signIn(page, scene.base, "/settings/enrolment");
    await page.getByText("at port 7237").waitFor(STRINGS);
    await page.getByLabel("Let in machines of the list").check();
    await page.getByText("The settings are saved.").first().waitFor(STRINGS);

    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("What it is for").fill("Hall");
    await page.getByLabel("Machines that may use it").fill("600");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText(/^sbe_/).waitFor(STRINGS);
    await page.getByText("0 of 600 used").waitFor(STRINGS);

    await page.getByRole("button", { name: "Add machines" }).first().click();
    const dialog = page.getByRole("dialog");
    const lines = dialog.getByLabel("Lines: serial number");
    await lines.fill("8X-1;;Pier 3\n;;Nowhere");
    await dialog.getByRole("button", { name: "Add machines" }).click();
    await dialog.getByText("line 2: give the machine's serial number").waitFor(STRINGS);
    await lines.fill("8X-1;;Pier 3\n00:11:22:aa:bb:cc");
    await dialog.getByRole("button", { name: "Add machines" }).click();
    await page.getByText("2 added, 0 known already.").waitFor(STRINGS);
    await page.getByText("Pier 3", { exact: true }).waitFor(STRINGS);

    const password = page.getByLabel("Viewer password");
    await password.fill("short");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("choose a longer one").waitFor(STRINGS);
    await password.fill("open sesame 1");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Remove the password" }).click();
    await page.getByText("None is set.").waitFor(STRINGS);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
    assert.deepEqual(serious.map((one) => one.id), []);
    assert.deepEqual(faults, []);
    await context.close();
  });
});
