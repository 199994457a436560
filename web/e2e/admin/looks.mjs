/** How a page looks: light, dark, and on a telephone. */
import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";

/** Set to a folder to look at the pages. */
const PICTURES = process.env.XTASK_PICTURES;

/** What stands in the way of people with a serious or critical weight, by its name in axe-core. */
export async function serious(page) {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  return violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => one.id);
}

/** Nothing may stand out of the page, nor in anybody's way. */
export async function looks(page, name) {
  for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 720 });
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    assert.deepEqual(await serious(page), [], `${name} ${theme} ${width}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${width}`);
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${name}-${theme}-${width}.png` });
    }
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}
