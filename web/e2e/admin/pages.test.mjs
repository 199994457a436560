import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

const PAGES = ["/", "/screens", "/screens?screen=SCREEN", "/screens?groups", "/library", "/library?media=MEDIA", "/library?folder=trash", "/presentations", "/presentations/PRESENTATION", "/playlists", "/playlists/PLAYLIST", "/schedule", "/schedule?screen=SCREEN", "/schedule?new", "/schedule?row=ROW", "/schedule?why=SCREEN", "/tasks", "/tasks?new", "/tasks?task=TASK", "/alerts", "/network", "/settings/installation", "/settings/priorities", "/settings/users", "/settings/enrolment", "/settings/notify", "/settings/downloads", "/settings/tokens", "/settings/own"];
const LOOKS = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "390 px", options: { colorScheme: "light", viewport: { width: 390, height: 780 } } },
];

/** What is serious, critical or wider than the window on the page that stands there. */
async function judge(page, address) {
  await page.locator("h1").first().waitFor();
  // Pictures and lists that are still on their way would be judged half drawn.
  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const findings = serious.map((one) => `${address}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return wide > 0 ? [...findings, `${address}: ${wide} px wider than the window`] : findings;
}

describe("every page", () => {
  let scene;
  before(async () => {
    scene = await stage();
    scene.mock.live.ask("H4RB7R", 1920, 1080);
    const task = scene.mock.store.put("tasks", { name: "", kind: { fetch_logs: { lines: 50 } }, destination: "all", when: null, expires_s: null, made_by: null, made_at: Date.now(), cancelled_at: null, trashed_at: null });
    const [first, second, third] = scene.mock.tasks.due(task);
    Object.assign(first, { state: "running", progress: 60, started: Date.now() });
    Object.assign(second, { state: "failed", code: "not_supported", ended: Date.now() });
    Object.assign(third, { state: "done", ended: Date.now(), file: { name: "viewer.log", mime: "text/plain", bytes: 12_000 } });
  });
  after(() => scene?.close());

  for (const look of LOOKS)
    test(`has no serious finding, no fault and no sideways scroll: ${look.name}`, async () => {
      const { store, seeded } = scene.mock;
      const first = (noun) => store.all(noun)[0].id;
      const ids = { SCREEN: seeded.screens.cafe.id, MEDIA: first("media"), PRESENTATION: first("presentations"), PLAYLIST: first("playlists"), ROW: first("schedules"), TASK: first("tasks") };
      const { context, faults } = await visit(scene, look.options);
      const page = await context.newPage();
      await page.goto(`${scene.base}/sign-in`);
      const findings = await judge(page, "/sign-in");
      await signIn(page, scene.base);
      for (const address of PAGES) {
        await page.goto(scene.base + address.replace(/[A-Z]{3,}/, (name) => ids[name]));
        findings.push(...(await judge(page, address)));
      }
      await context.close();
      assert.deepEqual(findings, []);
      assert.deepEqual(faults, []);
    });
});

test("the set-up page has no serious finding and no sideways scroll in any look", async () => {
  const scene = await stage({ fresh: true });
  try {
    for (const look of LOOKS) {
      const { context } = await visit(scene, look.options);
      const page = await context.newPage();
      await page.goto(`${scene.base}/setup?link=fresh`);
      await page.getByLabel("Name of the installation").waitFor();
      assert.deepEqual([look.name, await judge(page, "/setup")], [look.name, []]);
      await context.close();
    }
  } finally {
    await scene.close();
  }
});
