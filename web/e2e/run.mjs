// Runs every browser story, one file after the other: each starts servers and a browser of its own. Folders can be named: `node run.mjs player`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
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

const SUM = /^(?:\u2139|#) (tests|pass|fail|skipped|cancelled) (\d+)$/;
const OTHER = /^(?:\u2139|#) (?:suites|todo|duration_ms) /;

/** Runs one file. Its counts come back and are not printed: the runner that reads them finds one sum, at the end. */
async function tried(file) {
  const child = spawn(process.execPath, ["--test", "--test-reporter=spec", file], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const counts = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const sum = SUM.exec(line.trim());
    if (sum) counts[sum[1]] = Number(sum[2]);
    else if (!OTHER.test(line.trim())) console.log(line);
  }
  const [status] = await ended;
  return { counts, passed: status === 0 };
}

const all = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0 };
let failed = false;
for (const file of files) {
  let run = await tried(file);
  if (!run.passed && process.env.CI) {
    // An automatic run asks once more and names what needed it: docs/decisions/0009-a-second-try.md.
    console.log(`A second try: ${relative(here, file)}`);
    run = await tried(file);
    if (run.passed) console.log(`UNSTEADY ${relative(here, file)}`);
  }
  failed ||= !run.passed;
  for (const name of Object.keys(all)) all[name] += run.counts[name] ?? 0;
}
if (process.env.CI && all.skipped > 0) {
  // Whatever cannot be run says so by story/skip.mjs; one that was left out without a word must not pass for tested.
  console.error(`${all.skipped} of the browser tests were skipped, which an automatic run accepts of none.`);
  failed = true;
}
for (const [name, count] of Object.entries(all)) console.log(`\u2139 ${name} ${count}`);
process.exit(failed ? 1 : 0);
