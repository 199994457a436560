// An address of this machine that is not localhost: browsers treat it as the network.
import { execFileSync } from "node:child_process";
import { networkInterfaces } from "node:os";

/** The first IPv4 address that is not loopback; where there is none and root may, one that this test adds. */
export function lanAddress() {
  const found = Object.values(networkInterfaces()).flat().find((one) => one.family === "IPv4" && !one.internal);
  if (found) return found.address;
  execFileSync("ip", ["addr", "replace", "10.201.77.1/32", "dev", "lo"]);
  return "10.201.77.1";
}
