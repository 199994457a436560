import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

/** Eight tabs over plain HTTP/1.1, of whose connections browsers allow six to a server. */
async function eightTabs(prepare) {
  const scene = await stage();
  try {
    const { context, faults } = await visit(scene);
    await prepare(context);
    const first = await context.newPage();
    await signIn(first, scene.base, "/screens");
    const tabs = [first];
    for (let count = 1; count < 8; count++) {
      const tab = await context.newPage();
      await tab.goto(`${scene.base}/screens`);
      tabs.push(tab);
    }
    for (const tab of tabs) await tab.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
    assert.equal(scene.mock.streams(), 1, "all tabs share one stream");

    const viewer = scene.mock.store.find("viewers", scene.mock.seeded.screens.cafe.id);
    scene.mock.store.change("viewers", viewer, { name: "Cafe on deck" });
    for (const tab of tabs) await tab.getByText("Cafe on deck").first().waitFor();

    // The tab that may hold the stream closes: the others stay live.
    await tabs.shift().close();
    await tabs.shift().close();
    const again = scene.mock.store.find("viewers", viewer.id);
    await waitUntil(() => scene.mock.streams() === 1);
    scene.mock.store.change("viewers", again, { name: "Cafe below deck" });
    for (const tab of tabs) await tab.getByText("Cafe below deck").first().waitFor();
    assert.deepEqual(faults, []);
  } finally {
    await scene.close();
  }
}

async function waitUntil(holds) {
  const end = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("it did not become so within a minute");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("eight tabs stay live through the shared worker", () => eightTabs(async () => {}));

test("eight tabs stay live by election where there is no shared worker", () =>
  eightTabs((context) => context.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"))));
