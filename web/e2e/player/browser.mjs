// Chromium of the system, without window, as a screen's browser would be set up.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",

];

/** A browser with a profile of its own. `profile` keeps it for a second start; `close` with `true` removes it. */
export async function openBrowser({ width = 1280, height = 720, args = [], profile = mkdtempSync(join(tmpdir(), "signboard-profile-")), env, headless = true, ...more } = {}) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless,
    // A screen's browser is set up so that films may sound; `args` can say otherwise.
    args: [...FLAGS, ...(args.some((one) => one.startsWith("--autoplay")) ? [] : ["--autoplay-policy=no-user-gesture-required"]), ...args],
    viewport: headless ? { width, height } : null,
    env: env || process.env,
    ...more,
  });
  const page = context.pages()[0] || (await context.newPage());
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  return {
    context, page, profile, errors,
    async close(remove = true) {
      await context.close();
      if (remove) rmSync(profile, { recursive: true, force: true });
    },
  };
}
