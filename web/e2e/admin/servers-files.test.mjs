import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

describe("the files of the servers", () => {
  let scene, page, faults;
  before(async () => {
    scene = await stage();
    scene.mock.servers.populate();
    scene.mock.servers.view.servers[1].files_sent = 734_000_000;
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    await signIn(page, scene.base, "/servers");
  });
  after(() => scene?.close());
  const files = () => page.getByRole("region", { name: "Files" });
  const pier = () => files().getByRole("listitem").filter({ hasText: "Pier 3" });
  const serious = async () => (await new AxeBuilder({ page }).analyze()).violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => one.id);

  test("a place, what it keeps, and a limit for working hours are set and shown", async () => {
    await files().getByText("This server has all files that it should have.").waitFor();
    await pier().getByText("734 MB sent").waitFor();
    await pier().getByRole("button", { name: "Change" }).click();
    const dialog = page.getByRole("dialog", { name: "Files of Pier 3" });
    await dialog.getByLabel("Place").fill("Northport");
    await dialog.getByLabel("Keeps").selectOption("all");
    await dialog.getByRole("button", { name: "Add a limit" }).click();
    await dialog.getByLabel("It receives").fill("4");
    await dialog.getByLabel("It receives").blur();
    assert.deepEqual(await serious(), []);
    await dialog.getByRole("button", { name: "Save" }).click();
    await pier().getByText("Northport · All media · at this hour 2 Mbit/s in, 4 Mbit/s out").waitFor();
    const server = scene.mock.servers.view.servers[1];
    const limit = { days: ["mo", "tu", "we", "th", "fr"], window: { start: "08:00:00", end: "18:00:00" }, receive: 500_000, send: 250_000 };
    assert.deepEqual([server.site, server.keeps, server.limits], ["Northport", "all", [limit]]);
  });

  test("what is on its way, and what was spoilt, is told", async () => {
    const view = scene.mock.servers.view;
    view.missing = { files: 3, bytes: 12_000_000, needed: 1, why: ["the other server: nothing came for 30 s"] };
    await files().getByText("3 files with 12 MB are on the way to this server; screens need 1 of them.").waitFor();
    await files().getByText("nothing came for 30 s").waitFor();
    await files().getByRole("button", { name: "Check all files now" }).click();
    await files().getByText("The files are being checked: 0 so far.").waitFor();
    const now = Date.now();
    view.check = { began: now - 9000, ended: now, files: 1234, spoilt: [{ hash: "ab".repeat(32), name: "Harbour film", at: now - 5000, mended_at: now }] };
    await files().getByText("1,234 files were checked last.").waitFor();
    await files().getByText("Harbour film was spoilt on the disk and was set aside.").waitFor();
    await files().getByText("The right file has come from another server.").waitFor();
    assert.deepEqual(await serious(), []);
    assert.deepEqual(faults, []);
  });
});
