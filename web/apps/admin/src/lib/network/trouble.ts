/** What is wrong with the network comes first. */
import type { Finding, PortView } from "@signboard/api";

const WEIGHT: Record<Finding["verdict"], number> = { trouble: 0, note: 1, fine: 2 };

/** Services that could not start and what the doctor found, the worst first. Where the doctor names the cause, the service's own word is left out. */
export function ranked(aside: readonly Finding[], found: readonly Finding[]): Finding[] {
  const named = new Set(found.filter((one) => one.verdict === "trouble").map((one) => one.subject));
  const all = [...aside.filter((one) => !named.has(one.subject)), ...found];
  return all.map((one, place) => ({ one, place })).sort((a, b) => WEIGHT[a.one.verdict] - WEIGHT[b.one.verdict] || a.place - b.place).map(({ one }) => one);
}

/** What a row of the table of ports is used for, as seen from the server's machine. */
export type Use = "taken" | "free" | "listening" | "broker" | "outward" | "elsewhere" | "not_used";

export function useOf(port: PortView): Use {
  if (port.state !== "not-used") return port.state;
  if (port.who === "local") return "broker";
  if (port.who !== "server") return "elsewhere";
  return port.direction === "out" ? "outward" : "not_used";
}

/** Names a row of the table in the catalogue: who, protocol, default number and direction tell it from all others. */
export function keyOf(port: Pick<PortView, "who" | "protocol" | "default" | "direction">): string {
  return [port.who, port.protocol, port.default, port.direction].join("_").replace(/-/g, "_");
}

/** Ports that another program has, then the table as it is. */
export function portsRanked(ports: readonly PortView[]): PortView[] {
  return [...ports.filter((port) => port.state === "taken"), ...ports.filter((port) => port.state !== "taken")];
}
