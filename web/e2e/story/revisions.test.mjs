// Pages that were published before come back as they were; and what a page showed is deleted: the screen plays the rest, the editor names the gap.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { Administrator } from "./administrator.mjs";
import { decode, makePhoto } from "./footage.mjs";
import { Screen } from "./screen.mjs";
import { Server } from "./server.mjs";
import { steps } from "./step.mjs";

/** The canvas is 1920 wide, the screen 1280: two thirds of it. */
const PHOTO = { x: 60, y: 60, w: 720, h: 540 };
const SEEN = { x: 40, y: 40, width: 480, height: 360 };
const HALF = { x: 960, y: 0, w: 960, h: 1080 };
const ALL = { x: 0, y: 0, w: 1920, h: 1080 };
const GAP = "Not in the library any more";
const REMEDY = "its media is in the trash: restore it, or choose another one";

describe("pages that change", () => {
  const folder = mkdtempSync(join(tmpdir(), "signboard-photo-"));
  const server = new Server();
  let ada, screen, photo, wanted, presentation;

  before(async () => {
    photo = makePhoto(folder);
    wanted = decode(photo, SEEN.width, SEEN.height);
    await server.start();
    ada = await Administrator.at(server.local);
    const [link] = await server.said(/http:\S+\/setup\?link=\S+/);
    await ada.setUp(link);
  });
  after(async () => {
    await screen?.close();
    await ada?.close();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const step = steps();
  const photoShown = (picture) => picture.crop(SEEN).difference(wanted) < 4;
  /** The colour of the rectangle, which no other thing has, right and left. */
  const amber = (picture, x) => {
    const [red, green, blue] = picture.mean(x, 200, 20, 20);
    return red > 200 && green > 140 && blue < 90;
  };
  const both = (picture) => photoShown(picture) && amber(picture, 900);
  const heading = () => ada.page.getByRole("heading", { level: 1 }).locator("..");
  const history = () => ada.page.getByRole("complementary", { name: "History" });
  const gaps = () => ada.page.getByRole("application").getByText(GAP);

  step("a page with a photograph and a rectangle is on a screen", async () => {
    const { page } = ada;
    await page.goto(`${server.local}/library`);
    await page.locator("header input[type=file]").setInputFiles(photo);
    await page.getByRole("region", { name: "Uploads" }).getByText("Uploads are finished").waitFor();
    presentation = await ada.makePresentation("Quay");
    await ada.addMedia("pier at noon", PHOTO);
    await ada.tools.getByRole("button", { name: "Shape" }).click();
    await page.getByRole("menuitem", { name: "Rectangle" }).click();
    await ada.place(HALF);
    await ada.publish();
    await ada.schedule("Quay");
    screen = await Screen.open(`${server.plain}/viewer/`);
    await ada.approve(await screen.code(), "Gate 4");
    await screen.until(both, "photograph and rectangle");
  });

  step("the next revision covers all", async () => {
    await ada.open(presentation);
    await ada.page.getByRole("region", { name: "Layers" }).getByRole("button", { name: "Shape", exact: true }).click();
    await ada.place(ALL);
    await ada.publish();
    await screen.until((picture) => amber(picture, 200) && amber(picture, 900), "the rectangle everywhere");
    await heading().getByText("As on the screens").waitFor();
  });

  step("the earlier one is published again from the history: the screen and the draft are as they were", async () => {
    const { page } = ada;
    const [newest, oldest] = (await ada.call("GET", `/revisions?presentation=${presentation}&sort=-published_at`)).items;
    await page.getByRole("button", { name: "History" }).click();
    assert.equal(await history().getByRole("listitem").count(), 2);
    await history().getByRole("listitem").first().getByText("on the screens").waitFor();
    const place = screen.log.length;
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/revert")), history().getByRole("button", { name: "Publish again" }).click()]);
    assert.equal(answer.status(), 200);
    await page.getByText("The earlier pages are published again.").waitFor();
    await screen.until(both, "photograph and rectangle again");
    assert.ok((await screen.shownSince(place)).includes("received"));
    await history().getByRole("listitem").last().getByText("on the screens").waitFor();
    assert.equal((await ada.call("GET", `/presentations/${presentation}`)).head, oldest.id);
    assert.notEqual(newest.id, oldest.id);
    await heading().getByText("As on the screens").waitFor();
    const draft = await ada.call("GET", `/presentations/${presentation}/draft`);
    assert.deepEqual(draft.pages[0].elements.map((one) => one.frame), [PHOTO, HALF]);
  });

  step("the photograph is deleted: the screen plays the rest", async () => {
    const { page } = ada;
    await page.goto(`${server.local}/library`);
    await page.getByRole("button", { name: /pier at noon/ }).first().click();
    await page.getByRole("complementary", { name: /pier at noon/ }).getByRole("button", { name: "Delete" }).click();
    await page.getByText(/pier at noon.* is in the trash\./).waitFor();
    await screen.until((picture) => !photoShown(picture) && amber(picture, 900) && !amber(picture, 200), "the rectangle alone");
  });

  step("the editor shows the gap, on the page and in words, and before publishing", async () => {
    const { page } = ada;
    await ada.open(presentation);
    await gaps().waitFor();
    await ada.enter({ Duration: 9 });
    await page.getByRole("region", { name: "Layers" }).getByRole("button", { name: /pier at noon/ }).first().click();
    await ada.properties.getByText(GAP).waitFor();
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This will not play").waitFor();
    assert.deepEqual(await dialog.getByText(REMEDY).allInnerTexts(), [REMEDY]);
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  step("restored, it closes the gap, in the editor and on the screen", async () => {
    const [photograph] = (await ada.call("GET", "/media?trashed=true")).items;
    await ada.call("POST", `/media/${photograph.id}/restore`);
    await gaps().waitFor({ state: "detached" });
    await screen.until(both, "photograph and rectangle once more");
    const [answer] = await Promise.all([ada.page.waitForResponse((one) => one.url().endsWith("/problems")), ada.page.getByRole("button", { name: "Publish", exact: true }).click()]);
    assert.deepEqual(await answer.json(), []);
    const dialog = ada.page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Publish/ }).waitFor();
    assert.equal(await dialog.getByText("This will not play").count(), 0);
  });

  step("nobody has complained", () => {
    assert.deepEqual([ada.words, ada.browser.errors], [[], []]);
    assert.deepEqual([screen.words, screen.errors], [[], []]);
  });
});
