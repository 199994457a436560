/** What every story of the admin needs: the mock backend with the built admin on a port of its own, and a browser. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { loadMock } from "../../packages/api/mock/load.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const NAME = "admin";
export const PASSWORD = "harbour-pier-3";

/** Starts a mock and a browser; `close` ends both. */
export async function stage(options = {}) {
  const admin = path("../../apps/admin/build");
  if (!existsSync(admin)) throw new Error("The admin is not built: run `npm run build --workspace apps/admin` first.");
  const viewer = path("../../apps/viewer/dist");
  const { createMock } = await loadMock();
  const mock = createMock({ admin, viewer: existsSync(viewer) ? viewer : undefined, ...options });
  await new Promise((resolve) => mock.server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${mock.server.address().port}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const close = async () => {
    await browser.close();
    mock.server.closeAllConnections();
    await new Promise((resolve) => mock.server.close(resolve));
  };
  return { mock, base, browser, close };
}

/** A context whose pages collect what goes wrong in them. */
export async function visit({ browser }, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce", ...options });
  const faults = [];
  context.on("weberror", (event) => faults.push(event.error().message));
  context.on("console", (message) => {
    // Refusals that a story provokes are answers, not faults.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
  });
  return { context, faults };
}

export async function signIn(page, base, to = "/") {
  await page.goto(`${base}/sign-in?to=${encodeURIComponent(to)}`);
  await page.getByLabel("Sign-in name").fill(NAME);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await page.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
}
