// Runs benches of the browser, one after the other, and prints their figures as rows of the table of `cargo xtask bench`. Some can be named: `node run.mjs edit`.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : ["edit", "take-down", "first-frame"]) {
  const { status, stdout } = spawnSync(process.execPath, [join(here, `${name}.mjs`)], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  for (const line of stdout.split("\n").filter(Boolean)) {
    const { figure, aim, measured, unit } = JSON.parse(line);
    console.log(`| ${figure} | ${aim} ${unit} | ${measured} ${unit} | | |`);
  }
}
