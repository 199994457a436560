// A certificate authority of our own and a home folder for a browser that trusts it, as an administrator would set up a screen.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `tls` for a server at an IP address, and the `home` whose browsers trust it. */
export function makeTrust(address) {
  const home = mkdtempSync(join(tmpdir(), "signboard-home-"));
  const run = (program, words) => execFileSync(program, words, { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  run("openssl", ["req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Signboard test", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]);
  run("openssl", ["req", ...key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=screen server"]);
  writeFileSync(join(home, "leaf.cnf"), `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`);
  run("openssl", ["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "leaf.pem", "-days", "20", "-extfile", "leaf.cnf"]);
  for (const folder of [".pki/nssdb", ".local/share/pki/nssdb"]) {
    mkdirSync(join(home, folder), { recursive: true });
    run("certutil", ["-N", "-d", `sql:${join(home, folder)}`, "--empty-password"]);
    run("certutil", ["-A", "-d", `sql:${join(home, folder)}`, "-n", "signboard", "-t", "C,,", "-i", "ca.pem"]);
  }
  return { home, tls: { key: readFileSync(join(home, "leaf.key")), cert: readFileSync(join(home, "leaf.pem")) } };
}
