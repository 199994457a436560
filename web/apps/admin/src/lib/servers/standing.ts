/** What a row of the table of servers says. */
import type { ServerState, ServersView, ServerView } from "@signboard/api";

/** From so many milliseconds on, a clock is worth a word. */
const CLOCK_MS = 2000;

export const TONES: Record<ServerState, "good" | "bad" | "warn" | "info" | "off" | "accent"> = {
  own: "accent",
  connected: "good",
  held: "warn",
  not_connected: "bad",
  indirect: "info",
  retired: "off",
};

/** The seconds by which a clock differs, where that is worth a word. */
export function clockOff(server: Pick<ServerView, "clock_offset_ms">): number | null {
  const offset = server.clock_offset_ms ?? 0;
  return Math.abs(offset) < CLOCK_MS ? null : Math.round(offset / 1000);
}

/** What keeps people from being calm comes first: held and cut ones, then the rest by name; those that were taken out last. */
export function serversRanked(servers: readonly ServerView[]): ServerView[] {
  const weight = (server: ServerView) => ({ own: 0, held: 1, not_connected: 1, connected: 2, indirect: 2, retired: 3 })[server.state];
  return [...servers].sort((a, b) => weight(a) - weight(b) || a.name.localeCompare(b.name));
}

/** The server that is the Main now, as far as the one that answers knows. */
export function presentMain(view: Pick<ServersView, "main" | "servers">): ServerView | null {
  return view.servers.find((server) => server.id === view.main) ?? null;
}
