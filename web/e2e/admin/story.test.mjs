import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { signIn, stage, visit } from "./stage.mjs";

/** A PNG of one colour. */
function png(width, height, [red, green, blue]) {
  const crc = (bytes) => {
    let value = -1;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    }
    return (value ^ -1) >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const head = Buffer.alloc(4);
    const tail = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    tail.writeUInt32BE(crc(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))]);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.concat(Array(height).fill(line)))), chunk("IEND", Buffer.alloc(0))]);
}

describe("a day at the pier", () => {
  let scene, page, faults;
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    await signIn(page, scene.base);
  });
  after(() => scene?.close());
  const go = (name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();

  test("an upload goes on while another page is looked at", async () => {
    scene.mock.uploads.delay = 1500;
    await go("Library");
    await page.locator("input[type=file]").setInputFiles([
      { name: "quay.png", mimeType: "image/png", buffer: png(320, 180, [240, 120, 40]) },
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") },
    ]);
    await page.getByText(/files are being uploaded/).waitFor();
    await go("Playlists");
    await page.getByText("notes.txt is neither a picture nor a film").waitFor();
    await go("Library");
    await page.getByRole("button", { name: /quay\.png/ }).first().waitFor();
    assert.equal(scene.mock.store.all("media").filter((one) => one.name === "quay.png").length, 1);
    scene.mock.uploads.delay = 0;
  });

  test("an upload that a reload cut off is offered again, and goes on where it stood", async () => {
    scene.mock.uploads.delay = 1500;
    const bytes = Buffer.concat([png(320, 180, [20, 120, 200]), Buffer.alloc(20_000_000)]);
    const folder = await mkdtemp(join(tmpdir(), "signboard-upload-"));
    const path = join(folder, "night-film.png");
    await writeFile(path, bytes);
    await page.locator("header input[type=file]").setInputFiles(path);
    // One part of three is over, the next is on its way.
    await until(() => scene.mock.uploads.received("night-film.png") > 0);
    page.once("dialog", (dialog) => dialog.accept());
    await page.reload();
    const tray = page.getByRole("region", { name: "Uploads" });
    await tray.getByText("1 upload was cut off").waitFor();
    const sentence = await tray.getByText(/Choose the file again to go on at \d+ %/).textContent();
    const before = scene.mock.uploads.received("night-film.png");
    assert.ok(before < bytes.length);
    assert.ok(Number(/\d+/.exec(sentence)[0]) >= 40, sentence);
    scene.mock.uploads.delay = 0;
    // Another file is refused in words.
    const choose = async (file) => {
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), tray.getByText("Choose file").click()]);
      await chooser.setFiles(file);
    };
    await choose({ name: "other.png", mimeType: "image/png", buffer: png(8, 8, [0, 0, 0]) });
    await page.getByText("other.png is not the file that was cut off").waitFor();
    await choose(path);
    await page.getByRole("button", { name: /night-film\.png/ }).first().waitFor();
    const [made] = scene.mock.store.all("media").filter((one) => one.name === "night-film.png");
    assert.equal(made.bytes, bytes.length);
    assert.equal(scene.mock.uploads.begun("night-film.png"), 1, "it was not begun anew");
    await page.reload();
    await page.getByRole("button", { name: /night-film\.png/ }).first().waitFor();
    assert.equal(await page.getByText("was cut off").count(), 0);
    await rm(folder, { recursive: true });
  });

  test("what is deleted comes back by undo and from the trash", async () => {
    await page.getByRole("button", { name: /quay\.png/ }).first().click();
    const panel = page.getByRole("complementary", { name: "quay.png" });
    await panel.getByRole("button", { name: "Delete" }).click();
    await page.getByText("quay.png is in the trash.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: /quay\.png/ }).first().waitFor();
    await page.getByRole("checkbox", { name: "quay.png" }).check({ force: true });
    await page.getByRole("toolbar", { name: "1 selected" }).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("treeitem", { name: "Trash" }).click();
    await page.getByRole("checkbox", { name: "quay.png" }).check({ force: true });
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByText("quay.png is back.").waitFor();
  });

  test("a presentation is made, its text edited in place, and saved as it goes", async () => {
    await go("Presentations");
    await page.getByRole("button", { name: "New presentation" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Storm warning");
    await page.keyboard.press("Enter");
    await page.waitForURL(/presentations\/[0-9a-f-]+$/);
    await page.getByRole("toolbar", { name: "Tools" }).getByRole("button", { name: "Text" }).click();
    await page.getByRole("application").getByRole("textbox").fill("Boats stay in the harbour");
    await page.keyboard.press("Escape");
    await page.getByRole("textbox", { name: "From the left" }).fill("1920/2-800");
    await page.keyboard.press("Enter");
    await page.getByText("Saved", { exact: true }).waitFor();
    const [element] = bodyOf("Storm warning").pages[0].elements;
    assert.equal(element.text, "Boats stay in the harbour");
    assert.equal(element.frame.x, 160);
  });

  test("elements move by keys and pointer, and undo takes it back", async () => {
    const canvas = page.getByRole("application");
    await canvas.focus();
    for (const key of ["ArrowRight", "ArrowRight", "Shift+ArrowRight"]) await page.keyboard.press(key);
    await saved((body) => body.pages[0].elements[0].frame.x === 172);
    await page.keyboard.press("Control+z");
    await saved((body) => body.pages[0].elements[0].frame.x === 160);
    const box = await page.locator("[data-element] .text").first().boundingBox();
    await page.mouse.move(box.x + 20, box.y + 10);
    await page.keyboard.down("Control");
    await page.keyboard.up("Control");
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 90, { steps: 5 });
    await page.mouse.up();
    await saved((body) => body.pages[0].elements[0].frame.x !== 160);
    await page.keyboard.press("Control+d");
    await saved((body) => body.pages[0].elements.length === 2);
    await page.keyboard.press("Delete");
    await saved((body) => body.pages[0].elements.length === 1);
  });

  test("two people who edit at once are asked whose draft stays", async () => {
    const presentation = scene.mock.store.all("presentations").find((one) => one.name === "Storm warning");
    await page.getByRole("application").focus();
    // Changed behind the page's back, without an event.
    presentation.draft = "f".repeat(64);
    scene.mock.store.bodies.set(presentation.draft, { ...bodyOf("Departures board") });
    await page.getByRole("application").click({ position: { x: 60, y: 60 } });
    await page.keyboard.press("Control+a");
    await page.keyboard.press("ArrowDown");
    const dialog = page.getByRole("dialog", { name: "Two drafts" });
    await dialog.getByRole("button", { name: "Keep mine" }).click();
    await saved((body) => body.pages[0].elements[0]?.text === "Boats stay in the harbour");
  });

  test("a playlist is filled, put in order and timed", async () => {
    await go("Playlists");
    await page.getByRole("button", { name: "New playlist" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Deck loop");
    await page.keyboard.press("Enter");
    await page.waitForURL(/playlists\/[0-9a-f-]+$/);
    for (const name of [/Departures board/, /Welcome loop/]) {
      await page.getByRole("button", { name: "Add content" }).first().click();
      await page.getByRole("dialog").getByRole("button", { name }).click();
      await page.getByRole("list", { name: "Deck loop" }).getByRole("link", { name }).waitFor();
    }
    const entries = () => page.getByRole("list", { name: "Deck loop" }).getByRole("link").allTextContents();
    assert.deepEqual(await entries(), ["Departures board", "Welcome loop"]);
    await page.getByRole("list", { name: "Deck loop" }).getByRole("listitem").nth(1).focus();
    await page.keyboard.press("Alt+ArrowUp");
    await page.getByRole("list", { name: "Deck loop" }).getByRole("listitem").first().getByText("Welcome loop").waitFor();
    assert.deepEqual(await entries(), ["Welcome loop", "Departures board"]);
    await page.getByText("2 entries · 39 s in all").waitFor();
    await page.goto(`${scene.base}/presentations`);
    await page.getByRole("link", { name: "Storm warning" }).last().click();
    await page.getByText("Saved", { exact: true }).waitFor();
  });

  test("an emergency names its screens, and needs an end", async () => {
    await page.getByRole("button", { name: "Publish" }).click();
    const publishing = page.getByRole("dialog", { name: "Publish Storm warning" });
    await publishing.getByText("No schedule row shows it yet").waitFor();
    await publishing.getByRole("button", { name: "Publish" }).click();
    await page.getByText("As on the screens").waitFor();
    await go("Schedule");
    await page.getByRole("button", { name: "Schedule", exact: true }).click();
    await page.getByRole("button", { name: "Choose" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /Storm warning/ }).click();
    const panel = page.getByRole("complementary", { name: "New schedule row" });
    await panel.getByLabel("Emergency").check();
    await panel.getByText("An emergency needs an end.").waitFor();
    assert.ok(await panel.getByRole("button", { name: "Schedule" }).isDisabled());
    const soon = new Date(Date.now() + 6 * 3_600_000).toISOString().slice(0, 16);
    await panel.getByLabel("Until", { exact: true }).fill(soon);
    await panel.getByRole("button", { name: "Schedule" }).click();
    const confirm = page.getByRole("dialog", { name: "Emergency on 4 screens" });
    for (const name of ["Cafe menu", "Departures", "Wayfinding", "Welcome"]) await confirm.getByText(name).waitFor();
    await confirm.getByRole("button", { name: "Show on 4 screens" }).click();
    await page.getByText("Storm warning is scheduled on 4 screens.").waitFor();
  });

  test("why says in a sentence what plays, and what it covers", async () => {
    await page.getByRole("banner").getByRole("button", { name: "Why?" }).click();
    const panel = page.getByRole("complementary", { name: "Why is this on the screen?" });
    await panel.getByText(/Storm warning, since/).waitFor();
    await panel.getByText("covered").first().waitFor();
    await panel.getByRole("button", { name: "Close" }).click();
  });

  test("take down clears the screens and can be undone", async () => {
    const row = scene.mock.store.all("schedules").find((one) => one.emergency);
    await page.goto(`${scene.base}/schedule?row=${row.id}`);
    await page.getByRole("button", { name: "Take down now" }).click();
    await page.getByText("Storm warning is taken off 4 screens.").waitFor();
    const playing = () => scene.mock.live.statuses().filter((status) => status.shows.row === row.id).length;
    assert.equal(playing(), 0);
    await page.getByRole("button", { name: "Undo" }).click();
    await until(() => playing() === 4);
  });

  test("a block is dragged to another hour, and undo brings it back", async () => {
    await page.goto(`${scene.base}/schedule`);
    const row = scene.mock.store.all("schedules").find((one) => one.name === "Evening picture");
    const hours = () => scene.mock.store.find("schedules", row.id).when.recurrence.weekly.window.start;
    const block = page.getByRole("button", { name: /Evening picture/ }).first();
    await block.scrollIntoViewIfNeeded();
    const box = await block.boundingBox();
    await page.mouse.move(box.x + 20, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 22, box.y + 30 - 44, { steps: 6 });
    await page.mouse.up();
    await until(() => hours() === "16:00:00");
    await page.getByRole("button", { name: "Undo" }).click();
    await until(() => hours() === "17:00:00");
  });

  test("a device with a code becomes a screen, live", async () => {
    await go("Screens");
    scene.mock.live.ask("K7PQ2M", 1080, 1920);
    await page.getByText("K7PQ2M").waitFor();
    await page.getByRole("region", { name: /waits for approval/ }).getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog", { name: "Approve a screen" });
    await dialog.getByLabel("Name").fill("Gangway");
    await dialog.getByLabel("Terminal").check();
    await dialog.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Gangway is a screen now.").waitFor();
    await page.getByRole("link", { name: /Gangway/ }).click();
    await page.getByRole("complementary", { name: "Gangway" }).getByText("keeps everything").waitFor();
    const gangway = scene.mock.store.all("viewers").find((one) => one.name === "Gangway");
    scene.mock.live.set(gangway.id, { online: false, seen: Date.now() - 60_000 });
    await page.getByRole("complementary", { name: "Gangway" }).getByText("offline").first().waitFor();
  });

  test("unpublishing names the screens that were not connected", async () => {
    await page.goto(`${scene.base}/presentations`);
    await page.getByRole("link", { name: "Departures board" }).last().click();
    await page.getByText("Saved", { exact: true }).waitFor();
    scene.mock.live.set(scene.mock.seeded.screens.departures.id, { online: false, seen: Date.now() - 60_000 });
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: "Take off all screens" }).click();
    const toast = page.getByRole("status").locator(".toast", { hasText: "Not connected, and going on until they are back: Departures." });
    await toast.getByRole("button", { name: "Undo" }).click();
    await until(() => scene.mock.store.all("presentations").find((one) => one.name === "Departures board").head !== null);
    scene.mock.live.set(scene.mock.seeded.screens.departures.id, { online: true });
  });

  test("the palette finds a screen, and ? lists the keys", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder(/Go to a screen/).fill("wayf");
    await page.getByRole("option", { name: "Wayfinding" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Wayfinding" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("body").press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    assert.deepEqual(faults, []);
  });

  function bodyOf(name) {
    const { store } = scene.mock;
    return store.bodies.get(store.all("presentations").find((one) => one.name === name).draft);
  }
  const saved = (holds) => until(() => holds(bodyOf("Storm warning")));
  async function until(holds) {
    const end = Date.now() + 60_000;
    while (!holds()) {
      if (Date.now() > end) assert.fail(`did not become so: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
