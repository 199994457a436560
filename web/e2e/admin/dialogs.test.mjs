/** What opens above a page: judged while it stands open, light, dark and narrow, and closed again by the keyboard. */
import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

const LOOKS = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "390 px, dark", options: { colorScheme: "dark", viewport: { width: 390, height: 780 } } },
];

const PATIENCE = 30_000;
const button = (name, within = "body") => (page) => page.locator(within).getByRole("button", { name, exact: typeof name === "string" }).first().click();
const steps = (...all) => async (page) => {
  for (const step of all) await step(page);
};

/** Where each is opened, how, and what it is called. */
const DIALOGS = [
  { at: "/screens", open: (page) => page.getByRole("listitem").filter({ hasText: "H4RB7R" }).getByRole("button", { name: "Approve" }).click(), name: "Approve a screen" },
  { at: "/screens", open: steps((page) => page.getByRole("listitem").filter({ hasText: "H4RB7R" }).getByRole("button", { name: "Approve" }).click(), (page) => page.getByText("Replaces a screen's device").click()), name: "Approve a screen" },
  { at: "/screens?groups", open: button("Wake all", "aside"), name: /^Wake / },
  { at: "/screens?groups", open: button("New group", "aside"), name: "New group" },
  { at: "/library", open: button("New folder", "body"), name: "New folder" },
  { at: "/presentations", open: button("New presentation"), name: "New presentation" },
  { at: "/presentations/PRESENTATION", open: button("Publish"), name: /^Publish / },
  { at: "/presentations/PRESENTATION", open: button("Picture or film"), name: "Choose a picture or film" },
  { at: "/playlists", open: button("New playlist"), name: "New playlist" },
  { at: "/schedule?new", open: button("Choose", "aside"), name: "Choose content" },
  { at: "/schedule?row=ROW", open: steps((page) => page.getByLabel("Until", { exact: true }).fill("2030-01-01T10:00"), (page) => page.getByRole("checkbox", { name: /^Emergency/ }).check(), button("Save", "aside")), name: /^Emergency on/ },
  { at: "/tasks", open: button("New task"), name: "New task" },
  { at: "/network", open: button("Paste cards", "body"), name: "Network cards from a list" },
  { at: "/settings/priorities", open: button("New level"), name: "New level" },
  { at: "/settings/users", open: button("New user"), name: "New user" },
  { at: "/settings/users", open: button("Give a role"), name: "Give a role" },
  { at: "/settings/users", open: button("Password"), name: /^(?!Give|New)/ },
  { at: "/settings/enrolment", open: button("New token"), name: "New token" },
  { at: "/settings/enrolment", open: button("Add machines"), name: "Add machines" },
  { at: "/settings/notify", open: button("New recipient"), name: "New recipient" },
  { at: "/settings/notify", open: button("Add on-hours"), name: "Add on-hours" },
  { at: "/settings/downloads", open: button("New limit"), name: "New limit" },
  { at: "/settings/tokens", open: button("New token"), name: "New token" },
  { at: "/", open: (page) => page.keyboard.press("?"), name: "Keyboard shortcuts" },
  { at: "/", open: (page) => page.keyboard.press("Control+k"), name: "Search and commands" },
];

/** Menus, and what stands above the page without being a dialog. */
const ABOVE = [
  { at: "/presentations/PRESENTATION", open: button("Shape"), what: (page) => page.getByRole("menu", { name: "Shape" }) },
  { at: "/presentations", open: button(/^Actions for/), what: (page) => page.getByRole("menu") },
  { at: "/library", open: (page) => page.locator("header input[type=file]").setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") }]), what: (page) => page.getByRole("region", { name: "Uploads" }).getByText("notes.txt is neither") },
  { at: "/settings/enrolment", open: steps(button("New token"), (page) => page.getByLabel("What it is for").fill("Hall"), button("Create", "[role=dialog]")), what: (page) => page.getByText(/^sbe_/) },
  { at: "/settings/tokens", open: steps(button("New token"), (page) => page.getByLabel("What it is for").fill("Web page"), button("Create", "[role=dialog]")), what: (page) => page.getByRole("status").getByRole("button", { name: "Copy" }) },
];

describe("what opens above a page", () => {
  let scene, ids;
  before(async () => {
    scene = await stage();
    scene.mock.live.ask("H4RB7R", 1920, 1080);
    const first = (noun) => scene.mock.store.all(noun)[0].id;
    ids = { PRESENTATION: first("presentations"), ROW: first("schedules") };
  });
  after(() => scene?.close());

  for (const look of LOOKS)
    test(`has no serious finding, fits the window and closes by the keyboard: ${look.name}`, async () => {
      const { context, faults } = await visit(scene, look.options);
      const page = await context.newPage();
      await signIn(page, scene.base);
      const findings = [];
      const visited = async ({ at, open }) => {
        await page.goto(scene.base + at.replace(/[A-Z]{3,}/, (name) => ids[name]));
        await page.locator("h1").first().waitFor();
        await open(page);
      };
      const judged = async (where) => {
        const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
        for (const one of violations.filter((each) => each.impact === "serious" || each.impact === "critical")) findings.push(`${where}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) findings.push(`${where}: ${wide} px wider than the window`);
      };
      page.setDefaultTimeout(PATIENCE);
      for (const one of DIALOGS) {
        const where = `${one.at} ${one.name}`;
        await visited(one);
        const dialog = page.getByRole("dialog", { name: one.name });
        await dialog.waitFor();
        await judged(where);
        const { x, y, width, height } = await dialog.boundingBox();
        const { width: most, height: high } = page.viewportSize();
        if (x < 0 || y < 0 || x + width > most || y + height > high) findings.push(`${where}: ${width} x ${height} at ${x}, ${y} is not inside the window`);
        if (!(await dialog.evaluate((node) => node.contains(document.activeElement)))) findings.push(`${where}: the focus is outside`);
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
      }
      for (const one of ABOVE) {
        await visited(one);
        await one.what(page).first().waitFor();
        await judged(`${one.at} ${one.what}`);
      }
      await context.close();
      assert.deepEqual(findings, []);
      assert.deepEqual(faults, []);
    });
});
