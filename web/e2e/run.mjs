// Runs every browser story, one file after the other: each starts servers and a browser of its own. Folders can be named: `node run.mjs player`.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
  .map((entry) => entry.name)
  .filter((name) => wanted.length === 0 || wanted.includes(name));
const files = folders.flatMap((name) =>
  readdirSync(join(here, name)).filter((file) => file.endsWith(".test.mjs")).map((file) => join(here, name, file)),
);
if (files.length === 0 || wanted.some((name) => !existsSync(join(here, name)))) {
  console.error(`No *.test.mjs in ${wanted.join(", ") || here}.`);
  process.exit(66);
}
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
