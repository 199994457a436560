// What a screen lacks is named where people look at it, with what to do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

const FILM = { hash: "a".repeat(64), name: "harbour film.mp4", bytes: 1_200_000_000, why: "quota" };
const NAMELESS = { hash: "b7".repeat(32), bytes: 2_400_000, why: "network" };

describe("a screen that lacks files", () => {
  let scene, page, faults, cafe;
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    cafe = scene.mock.seeded.screens.cafe.id;
    await signIn(page, scene.base, "/screens");
  });
  after(() => scene?.close());
  const card = () => page.getByRole("main").getByRole("link", { name: /Cafe menu/ });
  const panel = () => page.getByRole("complementary", { name: "Cafe menu" });

  test("the list says how many, as it happens, and no other screen is blamed", async () => {
    await card().getByText("online").waitFor();
    scene.mock.live.set(cafe, { missing: [FILM, NAMELESS], plan: { id: "plan2".padEnd(16, "0"), state: "incomplete", at: Date.now() } });
    await card().getByText("2 files are missing").waitFor();
    assert.equal(await page.getByText(/files? (is|are) missing/).count(), 1);
  });

  test("its page names each file, its size and the reason, and what helps", async () => {
    await card().click();
    await panel().getByText("plan incomplete, the old one plays on").waitFor();
    const files = panel().getByRole("listitem").filter({ hasText: /no room|not received yet/ });
    assert.deepEqual((await files.allInnerTexts()).map((line) => line.replace(/\s+/g, " ").trim()), ["harbour film.mp4 · 1.2 GB · no room", "b7b7b7b7b7 · 2.4 MB · not received yet"]);
    await panel().getByText("The browser gives too little room: the old plan plays on.").waitFor();
  });

  test("what is only on its way needs no other storage, and what came is named no more", async () => {
    scene.mock.live.set(cafe, { missing: [NAMELESS] });
    await panel().getByText("1 file is missing").first().waitFor();
    assert.equal(await panel().getByText("The browser gives too little room").count(), 0);
    scene.mock.live.set(cafe, { missing: [], plan: { id: "plan2".padEnd(16, "0"), state: "shown", at: Date.now() } });
    await panel().getByText("on the screen", { exact: true }).waitFor();
    assert.equal(await page.getByText(/files? (is|are) missing/).count(), 0);
    assert.deepEqual(faults, []);
  });
});

describe("a screen with a native viewer", () => {
  let scene, page, faults, cafe;
  const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const TAKEN = [Date.UTC(2026, 10, 22, 9, 15), Date.UTC(2026, 10, 22, 9, 10)];
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    cafe = scene.mock.seeded.screens.cafe.id;
    const { store } = scene.mock;
    store.change("devices", store.all("devices").find((one) => one.viewer === cafe), { player: "native" });
    await page.route("**/api/v1/viewers/*/screenshots", (route) => route.fulfill({ json: TAKEN.map((at) => ({ at, bytes: PIXEL.length })) }));
    await page.route("**/api/v1/viewers/*/screenshots/*", (route) => route.fulfill({ contentType: "image/png", body: PIXEL }));
    await page.route("**/api/v1/viewers/*/screenshot", (route) => route.fulfill({ contentType: "image/png", body: PIXEL }));
    await signIn(page, scene.base, `/screens?screen=${cafe}`);
  });
  after(() => scene?.close());
  const panel = () => page.getByRole("complementary", { name: "Cafe menu" });
  const stored = () => scene.mock.store.all("viewer-settings").find((one) => one.destination?.viewer === cafe);
  const until = async (holds) => {
    for (const end = Date.now() + 30_000; !holds(); ) {
      assert.ok(Date.now() < end, JSON.stringify(scene.mock.store.all("viewer-settings")));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  test("its display, sound and pictures are set on its page, each by itself", async () => {
    await panel().getByLabel("Display power").selectOption("dpms");
    await until(() => stored()?.power === "dpms");
    await panel().getByLabel("Resolution").fill("1280 x 720 @ 50");
    await panel().getByLabel("Resolution").press("Tab");
    await until(() => stored()?.resolution?.hertz === 50);
    await panel().getByLabel("Loudness of the computer").fill("0");
    await panel().getByLabel("Loudness of the computer").press("Tab");
    await until(() => stored()?.loudness === 0);
    await panel().getByLabel("Screenshots by themselves").selectOption({ label: "every 5:00" });
    await until(() => stored()?.screenshot_s === 300);
    const { power, wake, resolution, brightness, loudness, screenshot_s } = stored();
    assert.deepEqual({ power, wake, resolution, brightness, loudness, screenshot_s }, { power: "dpms", wake: null, resolution: { width: 1280, height: 720, hertz: 50 }, brightness: null, loudness: 0, screenshot_s: 300 });
    assert.equal(scene.mock.store.all("viewer-settings").length, 1);
    await panel().getByLabel("Brightness").fill("130");
    await panel().getByLabel("Brightness").press("Tab");
    assert.equal(await panel().getByLabel("Brightness").inputValue(), "", "what is impossible is not taken");
    await panel().getByLabel("Display power").selectOption({ label: "as elsewhere" });
    await until(() => stored()?.power === null);
  });

  test("its last pictures are shown with their times as they come", async () => {
    assert.equal(await panel().getByRole("list", { name: "Last screenshots" }).count(), 0);
    scene.mock.live.set(cafe, { screenshot_at: TAKEN[0] });
    const list = panel().getByRole("list", { name: "Last screenshots" });
    await list.getByRole("listitem").nth(1).waitFor();
    assert.deepEqual((await list.getByRole("listitem").allInnerTexts()).map((text) => text.trim().slice(0, 5)), ["10:15", "10:10"]);
    await list.getByRole("img").first().waitFor();
  });

  test("groups and all are set under settings", async () => {
    await page.goto(`${scene.base}/settings/displays`);
    await page.getByRole("button", { name: "New settings" }).click();
    const dialog = page.getByRole("dialog", { name: "New settings" });
    await dialog.getByLabel("Brightness").fill("70");
    await dialog.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("list", { name: "Settings of native screens" }).getByRole("listitem").filter({ hasText: "Brightness 70 %" });
    await row.waitFor();
    assert.equal(scene.mock.store.all("viewer-settings").find((one) => one.destination === "all").brightness, 70);
    await row.getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
  });
});
