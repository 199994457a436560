// Takes the pictures of the README from a running demo: `node story/pictures.mjs [FOLDER]`, docs/images unless said otherwise.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser } from "../player/browser.mjs";
import { Screen, SIZE } from "./screen.mjs";
import { Server } from "./server.mjs";

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../../../docs/images");
const LIMIT = 400 * 1024;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** As few colours as keep the file small; photographs are dithered. */
function shrink(raw, name) {
  const path = join(folder, name);
  for (const [width, colours] of [[0, 256], [1280, 256], [1120, 224], [960, 192]]) {
    const size = width ? `scale=${width}:-2:flags=lanczos,` : "";
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", raw, "-vf", `${size}split[a][b];[a]palettegen=max_colors=${colours}:stats_mode=full[p];[b][p]paletteuse=dither=sierra2_4a`, "-compression_level", "100", "-pred", "mixed", path]);
    if (statSync(path).size < LIMIT) break;
  }
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} KiB`);
  rmSync(raw);
}

async function take(page, name) {
  const raw = join(folder, `raw-${name}`);
  await page.screenshot({ path: raw });
  shrink(raw, name);
}

mkdirSync(folder, { recursive: true });
const server = await new Server(["--demo"]).start();
const open = [];
try {
  await server.said(/Stop with Ctrl C/);
  const screens = [...server.output.matchAll(/(http\S+\/viewer\/\?token=\S+) +(\S.*)/g)];
  const [, login, password] = /sign in as (\S+) with the password (\S+)/.exec(server.output);
  for (const [, address, name] of screens) {
    const screen = await Screen.open(address, undefined, name === "Wayfinding" ? { width: SIZE.height, height: SIZE.width } : SIZE);
    open.push(screen);
    await screen.page.locator(".sb-layer img, .sb-layer video, .sb-layer [lang]").first().waitFor({ state: "attached" });
  }
  const admin = await openBrowser({ width: 1280, height: 720, locale: "en-GB", colorScheme: "light" });
  open.push(admin);
  const { page } = admin;
  await page.goto(`${server.local}/sign-in`);
  await page.getByLabel("Sign-in name").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  // The page asks the screens for their pictures.
  await page.goto(`${server.local}/screens`);
  await wait(15_000);
  await page.getByRole("link", { name: "Welcome" }).first().click();
  await wait(3_000);
  await take(page, "admin.png");
  await page.goto(`${server.local}/schedule`);
  await page.getByLabel("Screen", { exact: true }).selectOption({ label: "Café menu" });
  await page.getByRole("button", { name: "Why?" }).first().click();
  await wait(2500);
  await take(page, "why.png");
  const welcome = open[0].page;
  // The first page of the loop, once nothing of another stands beside it.
  await welcome.waitForFunction(() => {
    const layers = [...document.querySelectorAll(".sb-layer")].filter((one) => one.style.opacity === "1");
    return layers.length === 1 && layers[0].textContent.includes("Willkommen");
  }, null, { timeout: 120_000 });
  await wait(500);
  await take(welcome, "demo.png");
} finally {
  for (const one of open) await one.close();
  await server.remove();
}
