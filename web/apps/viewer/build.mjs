// Builds dist/: one classic script for the viewer, its service worker, the preview. Fails where a television could not run the result.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { checkCss, checkScript } from "./checks.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
/** KiB, compressed */
const LIMIT = 60;

async function bundle(entry, file, define = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: ["es2015", "chrome53"],
    legalComments: "none",
    write: false,
    define: { PLAYER_VERSION: JSON.stringify(version), ...define },
    tsconfig: join(here, "tsconfig.json"),
  });
  const text = outputFiles[0].text;
  checkScript(file, text);
  writeFileSync(join(dist, file), text);
  return text;
}

function page(entry, file) {
  const text = readFileSync(join(here, "src", entry), "utf8");
  checkCss(file, text);
  writeFileSync(join(dist, file), text);
  return text;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "preview"), { recursive: true });
const viewer = await bundle("main.ts", "viewer.js");
checkCss("viewer.js", viewer);
const shell = page("index.html", "index.html");
const font = join(here, "../../packages/fonts/files/inter-latin-normal.woff2");
copyFileSync(font, join(dist, "inter.woff2"));
// Any change of the shell makes another worker, which brings all of it.
const sum = createHash("sha256").update(viewer).update(shell).update(readFileSync(font)).digest("hex").slice(0, 16);
await bundle("worker/sw.ts", "sw.js", { SHELL_VERSION: JSON.stringify(sum), SHELL_FILES: JSON.stringify(["./", "viewer.js", "inter.woff2"]) });
const preview = await bundle("preview/main.ts", "preview/preview.js");
checkCss("preview.js", preview);
page("preview/index.html", "preview/index.html");

const size = gzipSync(viewer, { level: 9 }).length / 1024;
console.log(`viewer.js: ${(viewer.length / 1024).toFixed(1)} KiB, ${size.toFixed(1)} KiB compressed; shell ${sum}`);
if (size > LIMIT) throw new Error(`viewer.js has ${size.toFixed(1)} KiB compressed; the limit is ${LIMIT}.`);
