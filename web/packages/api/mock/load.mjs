/** Bundles the mock, which is TypeScript, and loads it: Node 20 runs JavaScript only. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export async function loadMock() {
  const folder = await mkdtemp(join(tmpdir(), "signboard-mock-"));
  const outfile = join(folder, "mock.mjs");
  await build({ entryPoints: [join(dirname(fileURLToPath(import.meta.url)), "server.ts")], bundle: true, platform: "node", format: "esm", target: "node20", outfile, logLevel: "error" });
  const module = await import(pathToFileURL(outfile).href);
  await rm(folder, { recursive: true });
  return module;
}
