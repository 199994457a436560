/** How a page looks: light, dark, and on a telephone. */
import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";

/** Set to a folder to look at the pages. */
const PICTURES = process.env.XTASK_PICTURES;

/** What stands in the way of people with a serious or critical weight: its name in axe-core, and where it is. */
export async function serious(page) {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  return violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join(", ")}`);
}

/** Nothing may stand out of the page, nor in anybody's way. */
export async function looks(page, name) {
  for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 720 });
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    // Buttons fade into the other colours: on their way they fit neither.
    await page.evaluate(() => {
      const ending = document.getAnimations().filter((one) => Number.isFinite(Number(one.effect?.getComputedTiming().endTime)));
      return Promise.allSettled(ending.map((one) => one.finished)).then(() => undefined);
    });
    assert.deepEqual(await serious(page), [], `${name} ${theme} ${width}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${width}`);
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${name}-${theme}-${width}.png` });
    }
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}
