// The real server as a process of its own, with an empty data folder and free ports.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lanAddress } from "../player/address.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const PROGRAM = process.env.XTASK_SIGNBOARD || join(root, "target/debug/signboard");
/** How long the server may take to serve, in milliseconds: making the demo on a busy machine included. */
const START_LIMIT = 120_000;

async function freePort() {
  const probe = createServer().listen(0, "0.0.0.0");
  await once(probe, "listening");
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export class Server {
  constructor(words = []) {
    if (!existsSync(PROGRAM)) throw new Error(`There is no ${PROGRAM}: run cargo build -p signboard, or name the program in XTASK_SIGNBOARD.`);
    this.words = words;
    this.data = mkdtempSync(join(tmpdir(), "signboard-story-"));
    this.lan = lanAddress();
    this.output = "";
  }

  /** For people at this machine. */
  get local() {
    return `http://localhost:${this.http}`;
  }

  /** For screens in the network. */
  get secure() {
    return `https://${this.lan}:${this.https}`;
  }

  get plain() {
    return `http://${this.lan}:${this.http}`;
  }

  /** Starts it, the second time with the same data and ports. */
  async start() {
    this.http ??= await freePort();
    this.https ??= await freePort();
    this.control ??= await freePort();
    const settings = { "bind.address": "0.0.0.0", "web.http-port": this.http, "web.https-port": this.https, "control.port": this.control, "discovery.enabled": false, "time.enabled": false };
    const set = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    this.output = "";
    this.child = spawn(PROGRAM, ["server", "--data", this.data, ...this.words, ...set], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (data) => (this.output += data));
    this.ended = once(this.child, "exit");
    const limit = Date.now() + START_LIMIT;
    while (!(await this.ready())) {
      if (this.child.exitCode !== null || Date.now() > limit) throw new Error(`The server does not serve:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return this;
  }

  async ready() {
    return fetch(`${this.local}/readyz`).then((answer) => answer.ok, () => false);
  }

  /** The first match in what the server said. */
  async said(pattern) {
    for (let tries = 0; tries < 100; tries++) {
      const found = pattern.exec(this.output);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`The server never said ${pattern}:\n${this.output}`);
  }

  /** Ends it: `SIGTERM` as a service manager does, `SIGKILL` as a power cut does. */
  async stop(signal = "SIGTERM") {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await this.ended;
  }

  /** From here on it neither answers nor hangs up: to others the network swallows every packet. */
  freeze() {
    this.child.kill("SIGSTOP");
  }

  thaw() {
    this.child.kill("SIGCONT");
  }

  async remove() {
    await this.stop("SIGKILL");
    rmSync(this.data, { recursive: true, force: true });
  }
}
