// A screen's browser in a network of its own, joined to this machine by a cable that can swallow every packet while both ends think that all is well.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const RULES = "table bridge cable {\n chain pass {\n  type filter hook forward priority 0;\n  counter drop;\n }\n}\n";

const run = (words, input) => execFileSync(words[0], words.slice(1), { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });

/** A network without cards, for as long as this process lives. */
async function network() {
  const holder = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec cat"], { stdio: ["pipe", "pipe", "pipe"] });
  const ready = await Promise.race([once(holder.stdout, "data"), once(holder, "exit").then(() => null), once(holder, "error").then(() => null)]);
  if (!ready) throw new Error("no right to make network namespaces: run the tests as root");
  return holder;
}

export class Cable {
  /** Why there can be none here; null if there can. */
  static async missing() {
    try {
      for (const program of ["ip", "nft", "nsenter", "unshare"]) run(["sh", "-c", `command -v ${program}`]);
      const holder = await network();
      run(["nsenter", "--target", String(holder.pid), "--net", "nft", "-c", "-f", "-"], RULES);
      holder.kill();
      return null;
    } catch (error) {
      return `${error.message.split("\n")[0]} (needs root, iproute2 and nftables)`;
    }
  }

  /** Lays it: this machine, a bridge, the screen. */
  static async lay() {
    const cable = new Cable();
    [cable.bridge, cable.screen] = [await network(), await network()];
    const { bridge, screen } = cable;
    // Numbers that another run at the same time does not have.
    const third = 100 + (process.pid % 150);
    cable.here = `10.201.${third}.1`;
    const [near, there] = [`sb${process.pid}`, `10.201.${third}.2`];
    run(["ip", "link", "add", near, "type", "veth", "peer", "name", "near", "netns", String(bridge.pid)]);
    cable.in(bridge, "ip", "link", "add", "far", "type", "veth", "peer", "name", "eth0", "netns", String(screen.pid));
    cable.in(bridge, "ip", "link", "add", "bridge", "type", "bridge");
    for (const port of ["near", "far"]) cable.in(bridge, "ip", "link", "set", port, "master", "bridge", "up");
    cable.in(bridge, "ip", "link", "set", "bridge", "up");
    // The address is one of the loopback device: to other tests this cable is no way into the network.
    run(["ip", "address", "replace", `${cable.here}/32`, "dev", "lo"]);
    run(["ip", "link", "set", near, "up"]);
    run(["ip", "route", "add", `${there}/32`, "dev", near, "src", cable.here]);
    cable.in(screen, "ip", "link", "set", "lo", "up");
    cable.in(screen, "ip", "address", "add", `${there}/24`, "dev", "eth0");
    cable.in(screen, "ip", "link", "set", "eth0", "up");
    cable.folder = mkdtempSync(join(tmpdir(), "signboard-cable-"));
    // A browser whose connections begin in the screen's network. What drives it goes over pipes.
    cable.browser = join(cable.folder, "chromium");
    writeFileSync(cable.browser, `#!/bin/sh\nexec nsenter --target ${screen.pid} --net ${CHROMIUM} "$@"\n`);
    chmodSync(cable.browser, 0o755);
    return cable;
  }

  in(holder, ...words) {
    return run(["nsenter", "--target", String(holder.pid), "--net", ...words]);
  }

  /** From now on every packet vanishes, either way. Nobody is told. */
  swallow() {
    run(["nsenter", "--target", String(this.bridge.pid), "--net", "nft", "-f", "-"], RULES);
  }

  /** Lets them through again; answers how many have vanished. */
  pass() {
    const [, count] = /counter packets (\d+)/.exec(this.in(this.bridge, "nft", "list", "table", "bridge", "cable"));
    this.in(this.bridge, "nft", "delete", "table", "bridge", "cable");
    return Number(count);
  }

  /** Takes it away. The cards go with the networks. */
  async remove() {
    for (const holder of [this.screen, this.bridge]) {
      holder.kill("SIGKILL");
      await once(holder, "exit");
    }
    run(["ip", "address", "del", `${this.here}/32`, "dev", "lo"]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
