// A home folder for a browser that trusts the server's own authority, fetched from where people are told to fetch it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The environment of such a browser. `HOME` is the folder, to be removed by the caller. */
export async function trustedBy(server) {
  const home = mkdtempSync(join(tmpdir(), "signboard-home-"));
  const answer = await fetch(`${server.local}/trust/ca.pem`);
  if (!answer.ok) throw new Error(`/trust/ca.pem answers ${answer.status}`);
  writeFileSync(join(home, "ca.pem"), await answer.text());
  const run = (words) => execFileSync("certutil", words, { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  for (const folder of [".pki/nssdb", ".local/share/pki/nssdb"]) {
    mkdirSync(join(home, folder), { recursive: true });
    run(["-N", "-d", `sql:${join(home, folder)}`, "--empty-password"]);
    run(["-A", "-d", `sql:${join(home, folder)}`, "-n", "signboard", "-t", "C,,", "-i", "ca.pem"]);
  }
  return { ...process.env, HOME: home };
}
